#include "contract/error.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::contract {
namespace {

constexpr ErrorCode kBadRequest = {
    "BAD_REQUEST", 400,
    "The request is not valid; data.field names the field, data.reason says what is allowed."};
constexpr ErrorCode kUnauthorized = {"UNAUTHORIZED", 401,
                                     "The API key is missing, unknown or revoked."};
constexpr ErrorCode kForbidden = {"FORBIDDEN", 403,
                                  "The API key or the server does not allow this."};
constexpr ErrorCode kNotFound = {"NOT_FOUND", 404, "There is no such thing."};
constexpr ErrorCode kMethodNotAllowed = {
    "METHOD_NOT_ALLOWED", 405,
    "The path exists, but not with this method; the Allow header names those that do."};
constexpr ErrorCode kPayloadTooLarge = {"PAYLOAD_TOO_LARGE", 413,
                                        "The request body is larger than the server reads."};
constexpr ErrorCode kUnsupportedMediaType = {"UNSUPPORTED_MEDIA_TYPE", 415,
                                             "The request body is not JSON."};
constexpr ErrorCode kTooManyRequests = {
    "TOO_MANY_REQUESTS", 429,
    "A limit was reached; the Retry-After header says when to try again."};
constexpr ErrorCode kInternalServerError = {
    "INTERNAL_SERVER_ERROR", 500,
    "The server failed; its log has the reason under the request id."};
constexpr ErrorCode kUnavailable = {
    "UNAVAILABLE", 503,
    "Not possible now; the message says what is missing and whether waiting helps."};

constexpr std::array kCodes = {kBadRequest,
                               kUnauthorized,
                               kForbidden,
                               kNotFound,
                               kMethodNotAllowed,
                               kPayloadTooLarge,
                               kUnsupportedMediaType,
                               kTooManyRequests,
                               kInternalServerError,
                               kUnavailable};

constexpr int kMaxNumber = 1'000'000;  // of a status, or seconds to wait, that is believed

struct Words {
  const ErrorCode& code;
  std::string_view plain;
};

Words words_for(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidArgument:
      return {kBadRequest, "bad request"};
    case ErrorKind::NotFound:
      return {kNotFound, "not found"};
    case ErrorKind::PermissionDenied:
      return {kForbidden, "not permitted"};
    case ErrorKind::Timeout:
      return {kUnavailable, "timed out"};
    case ErrorKind::Unavailable:
      return {kUnavailable, "unavailable"};
    case ErrorKind::Corrupt:
      return {kUnavailable, "damaged data"};
    case ErrorKind::LimitExceeded:
      return {kTooManyRequests, "limit reached"};
    case ErrorKind::Internal:
      break;
  }
  return {kInternalServerError, "internal error"};
}

// The request under which a log has the reason of an Internal error.
const std::string& logged_request(const Error& error, const RequestId& request) {
  return error.remote_request.empty() ? request.value : error.remote_request;
}

// The error's message as one line of valid UTF-8; what an Internal error says is for the log.
std::string public_message(const Error& error, const RequestId& request) {
  if (error.kind == ErrorKind::Internal) {
    return fmt::format(
        "the request failed inside the server; its log has the reason under request {}",
        logged_request(error, request));
  }
  return visible_line(error.message);
}

// The inverse of words_for(). Three kinds share UNAVAILABLE; what a server says of a request that
// this program made badly is no fault of the caller's input.
struct CodeKind {
  std::string_view code;
  ErrorKind kind;
};

constexpr std::array kKinds = {
    CodeKind{kBadRequest.name, ErrorKind::InvalidArgument},
    CodeKind{kUnauthorized.name, ErrorKind::PermissionDenied},
    CodeKind{kForbidden.name, ErrorKind::PermissionDenied},
    CodeKind{kNotFound.name, ErrorKind::NotFound},
    CodeKind{kMethodNotAllowed.name, ErrorKind::Unavailable},
    CodeKind{kPayloadTooLarge.name, ErrorKind::LimitExceeded},
    CodeKind{kUnsupportedMediaType.name, ErrorKind::Unavailable},
    CodeKind{kTooManyRequests.name, ErrorKind::LimitExceeded},
    CodeKind{kInternalServerError.name, ErrorKind::Internal},
    CodeKind{kUnavailable.name, ErrorKind::Unavailable},
};

ErrorKind kind_of(std::string_view code, int status) {
  const auto known = std::ranges::find(kKinds, code, &CodeKind::code);
  if (known != kKinds.end()) return known->kind;
  return status >= 400 && status < 500 ? ErrorKind::InvalidArgument : ErrorKind::Unavailable;
}

// The member `key` of `object` as text; empty when it is absent or something else.
std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return 0;
  const auto number = found->get<std::int64_t>();
  return number > 0 && number <= kMaxNumber ? static_cast<int>(number) : 0;
}

}  // namespace

std::span<const ErrorCode> error_codes() { return kCodes; }

const ErrorCode& error_code(int status) {
  const auto* const found = std::ranges::find(kCodes, status, &ErrorCode::status);
  assert(found != kCodes.end());
  return *found;
}

Json error_body(const ErrorCode& code, std::string_view message) {
  Json body = {{"defined", true},
               {"code", code.name},
               {"status", code.status},
               {"message", visible_line(message)}};
  if (code.status == kBadRequest.status) body["data"]["reason"] = body["message"];
  return body;
}

Json error_body(const Error& error, const RequestId& request) {
  const ErrorCode& code = words_for(error.kind).code;
  Json body = {{"defined", error.kind != ErrorKind::Internal},
               {"code", code.name},
               {"status", code.status},
               {"message", public_message(error, request)}};
  if (error.kind == ErrorKind::InvalidArgument) {
    if (!error.field.empty()) body["data"]["field"] = visible_text(error.field);
    body["data"]["reason"] = body["message"];
  } else if (error.retry_after.count() > 0) {
    body["data"]["retryAfterSeconds"] = error.retry_after.count();
  } else if (error.kind == ErrorKind::Internal) {
    body["data"]["requestId"] = logged_request(error, request);
  }
  return body;
}

std::optional<Error> error_from(const Json& body) {
  if (!body.is_object() || text_in(body, "code").empty() || text_in(body, "message").empty())
    return std::nullopt;
  const Json data = body.value("data", Json::object());
  return Error{.kind = kind_of(text_in(body, "code"), number_in(body, "status")),
               .message = visible_line(text_in(body, "message")),
               .field = text_in(data, "field"),
               .retry_after = std::chrono::seconds(number_in(data, "retryAfterSeconds")),
               .remote_request = visible_line(text_in(data, "requestId"))};
}

std::string error_text(const Error& error, const RequestId& request) {
  return fmt::format("{}: {}", words_for(error.kind).plain, public_message(error, request));
}

}  // namespace lightfast::contract
