#include "tools/memory/trouble.h"

#include <charconv>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/error.h"
#include "tools/memory/answers.h"

namespace lightfast::memory {
namespace {

using std::chrono::milliseconds;
using Kind = Trouble::Kind;

constexpr int kRedirects = 300;
constexpr int kClientErrors = 400;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kTooManyRequests = 429;
constexpr int kServerErrors = 500;
constexpr int kBadGateway = 502;
constexpr int kUnavailable = 503;
constexpr std::size_t kMaxExcerpt = 200;
constexpr long kMaxRetryAfter = 86400;  // seconds that are believed

std::string excerpt(std::string_view text) {
  const auto shown = text.substr(0, utf8_prefix(text, kMaxExcerpt));
  return visible_line(shown) + (shown.size() < text.size() ? "..." : "");
}

// Seconds; the other form of RFC 9110, section 10.2.3, a date, is not looked at.
std::optional<milliseconds> seconds_in(std::string_view text) {
  long seconds = 0;
  const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  if (seconds < 0 || seconds > kMaxRetryAfter) return std::nullopt;
  return std::chrono::seconds(seconds);
}

std::optional<milliseconds> retry_after(const web::Answer& answer) {
  const bool helps = answer.status == kTooManyRequests || answer.status == kBadGateway ||
                     answer.status == kUnavailable;
  if (!helps) return std::nullopt;
  return answer.retry_after.empty() ? milliseconds(0) : seconds_in(answer.retry_after);
}

// `'URL' answered 502 Bad Gateway`, and the message of an error of the contract.
std::string answered(const web::Answer& answer, const AskedService& asked) {
  auto text = fmt::format("'{}' answered {}", asked.url, answer.status);
  if (!answer.reason.empty()) text += " " + excerpt(answer.reason);
  if (const auto wait = seconds_in(answer.retry_after))
    text += fmt::format(", try again in {} s", wait->count() / 1000);
  const auto body = parsed(answer.body);
  const auto error = body ? contract::error_from(*body) : std::nullopt;
  if (error) text += ": " + excerpt(error->message);
  return text;
}

std::string about_the_key(const web::Answer& answer, const AskedService& asked) {
  if (!asked.with_key) {
    return fmt::format(
        "{}; it asks for an API key: give one in LIGHTFAST_MEMORY_API_KEY, or the name of a file "
        "with it in LIGHTFAST_MEMORY_API_KEY_FILE",
        answered(answer, asked));
  }
  const auto* what =
      answer.status == kForbidden ? "does not let the API key do this" : "refused the API key";
  return fmt::format("{}; it {}: check LIGHTFAST_MEMORY_API_KEY", answered(answer, asked), what);
}

Trouble redirect(const web::Answer& answer, const AskedService& asked) {
  return {Kind::Misused,
          fmt::format("'{}' redirects to '{}', and redirects are not followed: give the URL where "
                      "the service is as --memory-url",
                      asked.url, excerpt(answer.location))};
}

Trouble no_answer_of_a_service(std::string_view why, const AskedService& asked) {
  return {Kind::Failed, fmt::format("'{}' does not answer as a Memory service (is --memory-url "
                                    "right?): {}",
                                    asked.url, excerpt(why))};
}

}  // namespace

Trouble trouble_of(const web::Answer& answer, const AskedService& asked) {
  switch (answer.status) {
    case kUnauthorized:
    case kForbidden:
      return {Kind::KeyRefused, about_the_key(answer, asked)};
    case kNotFound:
    case kMethodNotAllowed:
      return {Kind::Absent,
              fmt::format("{}; there is no {}: is --memory-url that of a Memory service?",
                          answered(answer, asked), asked.route)};
    default:
      break;
  }
  if (answer.status < kRedirects)
    return no_answer_of_a_service(fmt::format("status {}", answer.status), asked);
  if (answer.status < kClientErrors) return redirect(answer, asked);
  const bool is_its_fault = answer.status >= kServerErrors || answer.status == kTooManyRequests;
  return {is_its_fault ? Kind::Failed : Kind::Misused, answered(answer, asked),
          retry_after(answer)};
}

Trouble trouble_of(const web::Failure& failure, const AskedService& asked) {
  const auto& [kind, error] = failure.fault;
  if (kind == web::Fault::Kind::Cancelled) return {Kind::Cancelled, "the call was cancelled"};
  if (kind == web::Fault::Kind::Late)
    return {Kind::Late, fmt::format("'{}' did not answer in time", asked.url)};
  if (failure.connecting) {
    return {Kind::Failed, fmt::format("cannot reach '{}': {}", asked.url, error.message),
            milliseconds(0)};
  }
  if (error.kind == ErrorKind::LimitExceeded || error.kind == ErrorKind::Corrupt)
    return no_answer_of_a_service(error.message, asked);
  return {Kind::Failed, fmt::format("'{}' gave no whole answer: {}", asked.url, error.message)};
}

Trouble trouble_of(const Error& corrupt, const AskedService& asked) {
  return no_answer_of_a_service(corrupt.message, asked);
}

bool counts_as_failure(const Trouble& trouble, milliseconds had) {
  return trouble.kind == Kind::Failed || (trouble.kind == Kind::Late && had >= kTellingTime);
}

}  // namespace lightfast::memory
