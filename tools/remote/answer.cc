#include "tools/remote/answer.h"

#include <charconv>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/error.h"

namespace lightfast::remote {
namespace {

constexpr int kOk = 200;
constexpr int kRedirects = 300;
constexpr int kClientErrors = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kPayloadTooLarge = 413;
constexpr int kTooManyRequests = 429;
constexpr std::size_t kMaxNesting = 64;
constexpr std::size_t kMaxExcerpt = 200;
constexpr int kMaxSeconds = 86400;  // of a Retry-After that is believed

Result<Json> parsed(const std::string& body) {
  if (const auto why = why_not_parsed(body, kMaxNesting); !why.empty())
    return Error{ErrorKind::Corrupt, "its answer: " + why};
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return Error{ErrorKind::Corrupt, "its answer is not JSON"};
  return json;
}

std::string excerpt(std::string_view text) {
  const auto shown = text.substr(0, utf8_prefix(text, kMaxExcerpt));
  return visible_line(shown) + (shown.size() < text.size() ? "..." : "");
}

// Seconds; the other form of RFC 9110, section 10.2.3, a date, is not looked at.
std::chrono::seconds retry_after(const web::Answer& answer) {
  int seconds = 0;
  const auto& text = answer.retry_after;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool good = failed == std::errc() && stop == text.data() + text.size() && seconds > 0;
  return std::chrono::seconds(good ? std::min(seconds, kMaxSeconds) : 0);
}

// `'URL' answered 502 Bad Gateway`, and what it said.
std::string answered(const web::Answer& answer, const Asked& asked) {
  auto text = fmt::format("'{}' answered {}", asked.url, answer.status);
  if (!answer.reason.empty()) text += " " + excerpt(answer.reason);
  if (const auto wait = retry_after(answer); wait.count() > 0)
    text += fmt::format(", try again in {} s", wait.count());
  if (!answer.body.empty()) text += ": " + excerpt(answer.body);
  return text;
}

const char* about_the_key(const Asked& asked) {
  return asked.with_key
             ? "the server refused the API key"
             : "the server asks for an API key, in LIGHTFAST_API_KEY or by --api-key-file";
}

std::optional<Error> error_of_contract(const web::Answer& answer, const Asked& asked) {
  const auto body = parsed(answer.body);
  auto error = body ? contract::error_from(*body) : std::nullopt;
  if (!error) return std::nullopt;
  if (error->retry_after.count() == 0) error->retry_after = retry_after(answer);
  if (answer.status != kUnauthorized) return error;
  error->kind = ErrorKind::PermissionDenied;
  return std::move(*error).during(about_the_key(asked));
}

Error redirect(const web::Answer& answer, const Asked& asked) {
  if (answer.location.empty()) return {ErrorKind::Unavailable, answered(answer, asked)};
  return {ErrorKind::Unavailable,
          fmt::format("'{}' redirects to '{}', and redirects are not followed: give the URL where "
                      "the server is as --base-url",
                      asked.url, excerpt(answer.location))};
}

// Of an answer without the contract's error object: a proxy's, or of no lightfast server at all.
Error error_of_status(const web::Answer& answer, const Asked& asked) {
  if (answer.status < kRedirects) {
    return {ErrorKind::Corrupt, fmt::format("'{}' does not answer as a lightfast server: status {}",
                                            asked.url, answer.status)};
  }
  if (answer.status < kClientErrors) return redirect(answer, asked);
  Error error{.kind = ErrorKind::Unavailable,
              .message = answered(answer, asked),
              .retry_after = retry_after(answer)};
  switch (answer.status) {
    case kUnauthorized:
      error.kind = ErrorKind::PermissionDenied;
      return std::move(error).during(about_the_key(asked));
    case kForbidden:
      error.kind = ErrorKind::PermissionDenied;
      return error;
    case kPayloadTooLarge:
    case kTooManyRequests:
      error.kind = ErrorKind::LimitExceeded;
      return error;
    case kNotFound:
    case kMethodNotAllowed:
      return std::move(error).during("is --base-url that of a lightfast server?");
    default:
      return error;
  }
}

Result<Json> checked_output(const web::Answer& answer, const Asked& asked) {
  const auto doing = fmt::format("'{}' does not answer as a lightfast server", asked.url);
  Json output = TRY(parsed(answer.body).during(doing));
  auto fitting = asked.output.check(std::move(output));
  if (fitting) return fitting;
  const auto& field = fitting.error().field;
  const auto where = field.empty() ? "" : fmt::format(", at '{}'", excerpt(field));
  return Error{ErrorKind::Corrupt,
               fmt::format("{}: its answer is no output of '{}'{}", doing, asked.procedure, where)};
}

}  // namespace

Result<Json> output_of(const web::Answer& answer, const Asked& asked) {
  if (answer.status == kOk) return checked_output(answer, asked);
  if (auto error = error_of_contract(answer, asked)) return *std::move(error);
  return error_of_status(answer, asked);
}

}  // namespace lightfast::remote
