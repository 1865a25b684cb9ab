// JSON-RPC messages as this room knows them: a closed variant, parsed in one function. Values only;
// safe on any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace lightfast::mcp {

inline constexpr std::size_t kMaxNesting = 64;         // of arrays and objects in one line
inline constexpr std::size_t kMaxBatchMessages = 100;  // in one line of a 2025-03-26 session

enum class ErrorCode : int {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  Internal = -32603,
  ResourceNotFound = -32002,         // said to legacy clients only; modern ones hear InvalidParams
  HeaderMismatch = -32020,           // the modern revision over HTTP
  MissingClientCapability = -32021,  // `data.requiredCapabilities` says which
  UnsupportedProtocolVersion = -32022,
};

// Why a request gets an error instead of a result. The message is one line that says what to do.
struct ProtocolError {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  Json data = nullptr;  // null: none
  bool operator==(const ProtocolError&) const = default;
};

// A request's id as JSON text, so that it is compared and echoed exactly; `null` where none could
// be read.
struct MessageId {
  std::string json = "null";
  auto operator<=>(const MessageId&) const = default;
};

struct Request {
  MessageId id;
  std::string method;
  Json params;  // always an object
  bool operator==(const Request&) const = default;
};

struct Notification {
  std::string method;
  Json params;  // always an object
  bool operator==(const Notification&) const = default;
};

// A request's result, or its error, as the other side has it.
struct Answered {
  MessageId id;
  std::expected<Json, ProtocolError> outcome;
  bool operator==(const Answered&) const = default;
};

// What gets no answer and tells nothing: a response that is none, or a notification whose
// parameters are no object.
struct Ignored {
  bool operator==(const Ignored&) const = default;
};

// What is no message; `error` is the answer to it.
struct Malformed {
  MessageId id;
  ProtocolError error;
  bool operator==(const Malformed&) const = default;
};

using Message = std::variant<Request, Notification, Answered, Ignored, Malformed>;

// Several messages in one line, at least one and at most kMaxBatchMessages.
struct Batch {
  std::vector<Message> messages;
  bool operator==(const Batch&) const = default;
};

using Incoming = std::variant<Message, Batch>;

// What `line` says. Never fails: what cannot be understood is Malformed.
Incoming parse_line(std::string_view line);

// The id that `value` is, or `null` when it is neither a string nor an integer.
MessageId message_id(const Json& value);

// The JSON text of `value` on one line; bytes that are not UTF-8 become U+FFFD.
std::string to_text(const Json& value);

// A request's result as JSON text, or its error.
using Outcome = std::expected<std::string, ProtocolError>;

// The response to request `id`, one line without its newline.
std::string response_text(const MessageId& id, const Outcome& outcome);

}  // namespace lightfast::mcp
