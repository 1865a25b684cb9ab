#include "contract/error.h"

#include <array>

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

// The error's message as one line of valid UTF-8; what an Internal error says is for the log.
std::string public_message(const Error& error, const RequestId& request) {
  if (error.kind == ErrorKind::Internal) {
    return fmt::format(
        "the request failed inside the server; its log has the reason under request {}",
        request.value);
  }
  return visible_line(error.message);
}

}  // namespace

std::span<const ErrorCode> error_codes() { return kCodes; }

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
    body["data"]["requestId"] = request.value;
  }
  return body;
}

std::string error_text(const Error& error, const RequestId& request) {
  return fmt::format("{}: {}", words_for(error.kind).plain, public_message(error, request));
}

}  // namespace lightfast::contract
