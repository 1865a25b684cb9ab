#include "mcp/message.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast::mcp {
namespace {

Malformed malformed(MessageId id, ErrorCode code, std::string message) {
  return {std::move(id), {code, std::move(message)}};
}

Malformed invalid_request(const MessageId& id, std::string message) {
  return malformed(id, ErrorCode::InvalidRequest, std::move(message));
}

// An answer is recognised by what only answers have, and is not answered even when it is ill
// formed: two servers that answer each other's errors would never stop.
bool is_response(const Json& object) {
  return !object.contains("method") && (object.contains("result") || object.contains("error"));
}

Message parse_response(Json& object) {
  const auto id = object.find("id");
  Answered answered{.id = id == object.end() ? MessageId{} : message_id(*id), .outcome = {}};
  if (answered.id == MessageId{}) return Ignored{};
  if (const auto result = object.find("result"); result != object.end()) {
    answered.outcome = std::move(*result);
    return answered;
  }
  const Json& error = object["error"];
  const bool is_error =
      error.is_object() && error.contains("message") && error["message"].is_string();
  answered.outcome = std::unexpected(
      ProtocolError{ErrorCode::Internal,
                    is_error ? error["message"].get<std::string>() : std::string("error"), error});
  return answered;
}

Message parse_call(Json& object, const MessageId& id) {
  const auto method = object.find("method");
  if (method == object.end() || !method->is_string()) {
    return invalid_request(id, "invalid request: \"method\" must be a string");
  }
  auto name = method->get<std::string>();
  const auto found = object.find("params");
  Json params = found == object.end() ? Json::object() : std::move(*found);
  if (!object.contains("id")) {
    if (!params.is_object()) return Ignored{};  // a notification has no answer to carry the error
    return Notification{std::move(name), std::move(params)};
  }
  if (!params.is_object()) {
    return malformed(id, ErrorCode::InvalidParams, "invalid params: \"params\" must be an object");
  }
  return Request{id, std::move(name), std::move(params)};
}

Message parse_message(Json& value) {
  if (!value.is_object())
    return invalid_request({}, "invalid request: a message must be a JSON object");
  if (is_response(value)) return parse_response(value);
  const auto id_field = value.find("id");
  const MessageId id = id_field == value.end() ? MessageId{} : message_id(*id_field);
  const auto version = value.find("jsonrpc");
  if (version == value.end() || *version != "2.0") {
    return invalid_request(id, R"(invalid request: "jsonrpc" must be "2.0")");
  }
  if (id_field != value.end() && id == MessageId{}) {
    return invalid_request({}, "invalid request: \"id\" must be a string or an integer");
  }
  return parse_call(value, id);
}

Incoming parse_batch(Json& array) {
  if (array.empty() || array.size() > kMaxBatchMessages) {
    return invalid_request(
        {}, fmt::format("invalid request: a batch must hold 1 to {} messages, not {}",
                        kMaxBatchMessages, array.size()));
  }
  Batch batch;
  batch.messages.reserve(array.size());
  std::ranges::transform(array, std::back_inserter(batch.messages), parse_message);
  return batch;
}

}  // namespace

Incoming parse_line(std::string_view line) {
  if (const auto why = why_not_parsed(line, kMaxNesting); !why.empty())
    return malformed({}, ErrorCode::ParseError, "parse error: " + why);
  Json value = Json::parse(line, nullptr, false);
  if (value.is_discarded()) {
    return malformed({}, ErrorCode::ParseError,
                     "parse error: each line must be one JSON message in valid UTF-8");
  }
  return value.is_array() ? parse_batch(value) : Incoming(parse_message(value));
}

MessageId message_id(const Json& value) {
  return value.is_string() || value.is_number_integer() ? MessageId{value.dump()} : MessageId{};
}

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string response_text(const MessageId& id, const Outcome& outcome) {
  constexpr std::string_view kOpening = R"({"jsonrpc":"2.0","id":)";
  std::string text;
  text.reserve(kOpening.size() + id.json.size() + (outcome ? outcome->size() : 0) + 16);
  text.append(kOpening).append(id.json);
  if (outcome) {
    text.append(R"(,"result":)").append(*outcome).append("}");
    return text;
  }
  const auto& [code, message, data] = outcome.error();
  Json error = {{"code", static_cast<int>(code)}, {"message", message}};
  if (!data.is_null()) error["data"] = data;
  return text.append(R"(,"error":)").append(to_text(error)).append("}");
}

}  // namespace lightfast::mcp
