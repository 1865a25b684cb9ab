#include "mcp/http_headers.h"

#include <charconv>

#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "base/text.h"
#include "mcp/revision.h"

namespace lightfast::mcp {
namespace {

ProtocolError mismatch(std::string rule) {
  return {ErrorCode::HeaderMismatch, fmt::format("header mismatch: {}", rule), nullptr};
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The parameter that Mcp-Name repeats; null for methods without.
const char* named_parameter(const std::string& method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  return nullptr;
}

std::optional<ProtocolError> must_be(const http::Headers& headers, const char* name,
                                     const std::string& value) {
  const auto given = headers.value(name);
  if (given.empty())
    return mismatch(
        fmt::format("the header {} is missing; it must be '{}'", name, visible_line(value)));
  const auto decoded = decoded_value(given);
  if (decoded && *decoded == value) return std::nullopt;
  return mismatch(
      fmt::format("{} says '{}', the body '{}'", name, visible_line(given), visible_line(value)));
}

bool is_same_number(std::string_view text, const Json& value) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
  return failed == std::errc() && end == text.end() && number == value.get<double>();
}

bool is_said_by(const std::string& text, const Json& value) {
  if (value.is_boolean()) return text == (value.get<bool>() ? "true" : "false");
  if (value.is_number()) return is_same_number(text, value);
  return value.is_string() && text == value.get_ref<const std::string&>();
}

// One argument that its schema has said in a header, too.
std::optional<ProtocolError> parameter_mismatch(const http::Headers& headers,
                                                const std::string& header, const Json* value) {
  const bool is_given = headers.contains(header);
  const bool is_there = value != nullptr && !value->is_null();
  if (!is_there && !is_given) return std::nullopt;
  if (!is_there) return mismatch(fmt::format("{} is given, but not its argument", header));
  if (!is_given) return mismatch(fmt::format("the header {} is missing", header));
  const auto decoded = decoded_value(headers.value(header));
  if (decoded && is_said_by(*decoded, *value)) return std::nullopt;
  return mismatch(fmt::format("{} does not say what its argument does", header));
}

// Of the arguments of `schema`, an object's, and of those within them.
std::optional<ProtocolError> parameters_mismatch(const http::Headers& headers, const Json& schema,
                                                 const Json* arguments) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return std::nullopt;
  for (const auto& [name, property] : properties->items()) {
    if (!property.is_object()) continue;
    const bool has_value =
        arguments != nullptr && arguments->is_object() && arguments->contains(name);
    const Json* value = has_value ? &arguments->at(name) : nullptr;
    const auto header = text_in(property, "x-mcp-header");
    auto fault = header.empty() ? parameters_mismatch(headers, property, value)
                                : parameter_mismatch(headers, "Mcp-Param-" + header, value);
    if (fault) return fault;
  }
  return std::nullopt;
}

std::optional<ProtocolError> tool_mismatch(const http::Headers& headers, const Json& params,
                                           const Server& server) {
  const Json* schema = server.schema_with_headers(text_in(params, "name"));
  if (schema == nullptr) return std::nullopt;
  const auto arguments = params.find("arguments");
  return parameters_mismatch(headers, *schema, arguments == params.end() ? nullptr : &*arguments);
}

}  // namespace

std::optional<std::string> decoded_value(std::string_view value) {
  constexpr std::string_view kOpening = "=?base64?";
  constexpr std::string_view kClosing = "?=";
  if (!value.starts_with(kOpening) || !value.ends_with(kClosing) ||
      value.size() < kOpening.size() + kClosing.size()) {
    return std::string(value);
  }
  value.remove_prefix(kOpening.size());
  value.remove_suffix(kClosing.size());
  return base64_decoded(value);
}

std::optional<ProtocolError> header_mismatch(const http::Headers& headers, const Request& request,
                                             const Server& server) {
  const auto meta = request.params.find("_meta");
  const auto version =
      meta == request.params.end() ? std::string() : text_in(*meta, kProtocolVersionKey);
  if (auto fault = must_be(headers, "MCP-Protocol-Version", version)) return fault;
  if (auto fault = must_be(headers, "Mcp-Method", request.method)) return fault;
  if (const char* named = named_parameter(request.method)) {
    const auto name = text_in(request.params, named);
    if (auto fault = must_be(headers, "Mcp-Name", name)) return fault;
  }
  if (request.method != "tools/call") return std::nullopt;
  return tool_mismatch(headers, request.params, server);
}

}  // namespace lightfast::mcp
