#include "mcp/server.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::mcp {
namespace {

// What never changes while the program runs; after a restart a client is content with a list this
// old. What changes with the repository is asked for anew.
constexpr int kLongTtlMs = 300'000;
constexpr int kShortTtlMs = 0;
// Which tools there are may depend on who asks.
constexpr const char* kCacheScope = "private";

constexpr std::size_t kMaxNameShown = 128;

template <class T>
Json definitions_of(const std::vector<std::unique_ptr<T>>& offered) {
  Json definitions = Json::array();
  for (const auto& one : offered) definitions.push_back(one->definition());
  return definitions;
}

std::set<Changed> changing_of(const Offer& offer) {
  std::set<Changed> changing;
  if (offer.tools_change) changing.insert(Changed::ToolList);
  if (offer.prompts_change) changing.insert(Changed::PromptList);
  if (offer.resources) changing.insert(Changed::AnyResource);
  return changing;
}

std::vector<std::string> names_of(const Json& definitions) {
  std::vector<std::string> names;
  for (const auto& definition : definitions) names.push_back(definition.at("name"));
  return names;
}

// The one of `offered` that is called `name`, or an error that says which there are.
template <class T>
std::expected<T*, ProtocolError> find(const std::vector<std::unique_ptr<T>>& offered,
                                      const std::vector<std::string>& names, std::string_view name,
                                      std::string_view kind) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return offered[static_cast<std::size_t>(found - names.begin())].get();
  std::string message = "unknown ";
  message.append(kind).append(" \"").append(name.substr(0, utf8_prefix(name, kMaxNameShown)));
  message.append("\": the ").append(kind);
  std::string_view separator = "s are ";
  for (const auto& known : names) {
    message.append(std::exchange(separator, ", ")).append(known);
  }
  return std::unexpected(ProtocolError{ErrorCode::InvalidParams, std::move(message)});
}

// `object`, as JSON text, with one more member: its closing brace makes way.
void append_member(std::string& object, std::string_view member) {
  object.pop_back();
  if (object.size() > 1) object += ',';
  object.append(member).append("}");
}

}  // namespace

Json text_block(std::string text) {
  Json block = Json::object();
  block["type"] = "text";
  block["text"] = std::move(text);
  return block;
}

Server::Server(ServerOptions options, Offer offer)
    : server_info_({{"name", std::move(options.name)},
                    {"title", std::move(options.title)},
                    {"version", std::move(options.version)}}),
      server_info_member_(fmt::format("\"{}\":{}", kServerInfoKey, to_text(server_info_))),
      instructions_(std::move(options.instructions)),
      offer_(std::move(offer)),
      changing_(changing_of(offer_)),
      prompt_names_(names_of(definitions_of(offer_.prompts))),
      pool_(options.workers) {
  const Json tools = {{"tools", definitions_of(offer_.tools)}};
  tool_names_ = names_of(tools["tools"]);
  for (const auto& tool : tools["tools"]) {
    const Json& schema = tool.at("inputSchema");
    if (schema.dump().find("\"x-mcp-header\"") != std::string::npos)
      schemas_with_headers_.emplace(tool.at("name"), schema);
  }
  legacy_tool_list_ = result_text(tools, Era::Legacy, Kept::Long);
  modern_tool_list_ = result_text(tools, Era::Modern, Kept::Long);
}

Json Server::capabilities() const {
  Json offered = {{"tools", Json::object()}};
  if (offer_.resources) offered["resources"] = {{"subscribe", true}, {"listChanged", true}};
  if (has_prompts()) offered["prompts"] = Json::object();
  if (offer_.tools_change) offered["tools"]["listChanged"] = true;
  if (offer_.prompts_change) offered["prompts"]["listChanged"] = true;
  if (offer_.resources || has_prompts()) offered["completions"] = Json::object();
  if (offer_.logs) offered["logging"] = Json::object();
  return offered;
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
  Json result = {{"supportedVersions", Json::array({kModernRevision})},
                 {"capabilities", capabilities()}};
  if (auto text = instructions(); !text.empty()) result["instructions"] = std::move(text);
  return result_text(std::move(result), Era::Modern, Kept::Briefly);
}

std::string Server::prompt_list(Era era) const {
  return result_text({{"prompts", definitions_of(offer_.prompts)}}, era, Kept::Long);
}

std::string Server::template_list(Era era) const {
  return result_text({{"resourceTemplates", offer_.resources->templates()}}, era, Kept::Long);
}

std::string Server::result_text(Json result, Era era, Kept kept) const {
  if (era == Era::Legacy) return to_text(result);
  Json whole = {{"resultType", "complete"}};
  for (auto& [key, value] : result.items()) whole[key] = std::move(value);
  if (whole["resultType"] != "complete") kept = Kept::No;
  if (kept != Kept::No) {
    whole["ttlMs"] = kept == Kept::Long ? kLongTtlMs : kShortTtlMs;
    whole["cacheScope"] = kCacheScope;
  }
  whole.erase("_meta");
  return modern_text(whole);
}

const std::string& Server::tool_list(Era era) const {
  return era == Era::Modern ? modern_tool_list_ : legacy_tool_list_;
}

std::string Server::call_result(ToolResult result, Era era) const {
  if (result.input_required) {
    (*result.input_required)["resultType"] = "input_required";
    return result_text(*std::move(result.input_required), era, Kept::No);
  }
  std::string text =
      era == Era::Modern ? R"({"resultType":"complete","content":)" : R"({"content":)";
  text.append(to_text(result.content));
  if (result.structured)
    text.append(R"(,"structuredContent":)").append(to_text(*result.structured));
  text.append(result.is_error ? R"(,"isError":true})" : R"(,"isError":false})");
  if (era == Era::Modern) return with_server_info(std::move(text), result.meta);
  if (!result.meta.is_null()) append_member(text, R"("_meta":)" + to_text(result.meta));
  return text;
}

std::string Server::modern_text(const Json& result, const Json& meta) const {
  return with_server_info(to_text(result), meta);
}

std::string Server::with_server_info(std::string result, const Json& meta) const {
  auto whole = meta.empty() ? std::string("{}") : to_text(meta);
  append_member(whole, server_info_member_);
  append_member(result, R"("_meta":)" + whole);
  return result;
}

std::expected<const Tool*, ProtocolError> Server::find_tool(std::string_view name) const {
  return find(offer_.tools, tool_names_, name, "tool");
}

const Json* Server::schema_with_headers(std::string_view name) const {
  const auto found = schemas_with_headers_.find(name);
  return found == schemas_with_headers_.end() ? nullptr : &found->second;
}

std::expected<Prompt*, ProtocolError> Server::find_prompt(std::string_view name) const {
  return find(offer_.prompts, prompt_names_, name, "prompt");
}

}  // namespace lightfast::mcp
