#include "mcp/server.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace lightfast::mcp {
namespace {

// The tools never change while the program runs; after a restart a client is content with a list
// this old.
constexpr int kToolListTtlMs = 300'000;
// Instructions change with the repository.
constexpr int kDiscoverTtlMs = 0;
// Which tools there are may depend on who asks.
constexpr const char* kCacheScope = "private";

constexpr std::size_t kMaxNameShown = 128;

Json capabilities() { return {{"tools", Json::object()}}; }

Json definitions_of(const Tools& tools) {
  Json definitions = Json::array();
  for (const auto& tool : tools) definitions.push_back(tool->definition());
  return definitions;
}

}  // namespace

Json text_block(std::string text) { return {{"type", "text"}, {"text", std::move(text)}}; }

Server::Server(ServerOptions options, Tools tools)
    : server_info_({{"name", std::move(options.name)},
                    {"title", std::move(options.title)},
                    {"version", std::move(options.version)}}),
      instructions_(std::move(options.instructions)),
      tools_(std::move(tools)),
      pool_(options.workers) {
  Json definitions = definitions_of(tools_);
  for (const auto& definition : definitions) names_.push_back(definition.at("name"));
  legacy_tool_list_ = to_text({{"tools", definitions}});
  modern_tool_list_ = to_text({{"resultType", "complete"},
                               {"tools", std::move(definitions)},
                               {"ttlMs", kToolListTtlMs},
                               {"cacheScope", kCacheScope},
                               {"_meta", modern_meta()}});
}

std::string Server::instructions() const { return instructions_ ? instructions_() : std::string(); }

std::string Server::initialize_result(std::string_view revision) const {
  Json result = {{"protocolVersion", revision},
                 {"capabilities", capabilities()},
                 {"serverInfo", server_info_}};
  if (auto text = instructions(); !text.empty()) result["instructions"] = std::move(text);
  return to_text(result);
}

std::string Server::discover_result() const {
  Json result = {
      {"resultType", "complete"},       {"supportedVersions", Json::array({kModernRevision})},
      {"capabilities", capabilities()}, {"ttlMs", kDiscoverTtlMs},
      {"cacheScope", kCacheScope},      {"_meta", modern_meta()}};
  if (auto text = instructions(); !text.empty()) result["instructions"] = std::move(text);
  return to_text(result);
}

const std::string& Server::tool_list(Era era) const {
  return era == Era::Modern ? modern_tool_list_ : legacy_tool_list_;
}

std::string Server::call_result(ToolResult result, Era era) const {
  Json text = Json::object();
  if (era == Era::Modern) text["resultType"] = "complete";
  text["content"] = std::move(result.content);
  if (result.structured) text["structuredContent"] = *std::move(result.structured);
  text["isError"] = result.is_error;
  Json meta = era == Era::Modern ? modern_meta(std::move(result.meta)) : std::move(result.meta);
  if (!meta.is_null()) text["_meta"] = std::move(meta);
  return to_text(text);
}

Json Server::modern_meta(Json meta) const {
  meta[kServerInfoKey] = server_info_;
  return meta;
}

std::expected<const Tool*, ProtocolError> Server::find_tool(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found != names_.end()) return tools_[static_cast<std::size_t>(found - names_.begin())].get();
  std::string message = "unknown tool \"";
  message.append(name.substr(0, utf8_prefix(name, kMaxNameShown))).append("\"");
  std::string_view separator = ": the tools are ";
  for (const auto& known : names_) {
    message.append(std::exchange(separator, ", ")).append(known);
  }
  return std::unexpected(ProtocolError{ErrorCode::InvalidParams, std::move(message)});
}

}  // namespace lightfast::mcp
