#include "mcp/http_reply.h"

#include <utility>

#include "http/sse.h"

namespace lightfast::mcp {
namespace {

constexpr const char* kSessionHeader = "Mcp-Session-Id";

}  // namespace

http::Response event_stream_head() {
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-cache, no-transform"},
                      {"X-Accel-Buffering", "no"}},
          .body = {}};
}

http::Response json_response(int status, std::string text) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(text)};
}

int status_of(ErrorCode code, Era era) {
  constexpr int kOk = 200;
  constexpr int kBadRequest = 400;
  constexpr int kNotFound = 404;
  switch (code) {
    case ErrorCode::ParseError:
    case ErrorCode::InvalidRequest:
    case ErrorCode::HeaderMismatch:
    case ErrorCode::MissingClientCapability:
    case ErrorCode::UnsupportedProtocolVersion:
      return kBadRequest;
    case ErrorCode::MethodNotFound:
      return era == Era::Modern ? kNotFound : kOk;
    default:
      return kOk;
  }
}

void HttpReply::notify(std::string line) {
  const std::lock_guard lock(mutex_);
  if (is_over_ || !options_.takes_events) return;
  if (!std::exchange(is_stream_, true)) exchange_->begin(event_stream_head());
  exchange_->send(http::sse_event(line));
}

void HttpReply::answer(std::optional<Response> response) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_over_, true)) return;
  if (is_stream_) {
    if (response) exchange_->send(http::sse_event(response->text));
    return exchange_->end();
  }
  if (!response) return exchange_->respond({.status = 202, .headers = {}, .body = {}});
  const int status = response->error ? status_of(*response->error, options_.era) : 200;
  auto whole = json_response(status, std::move(response->text));
  if (!response->error && !options_.new_session.empty())
    whole.headers.add(kSessionHeader, options_.new_session);
  exchange_->respond(std::move(whole));
}

void HttpReply::keep_alive() {
  const std::lock_guard lock(mutex_);
  if (is_stream_ && !is_over_) exchange_->send(std::string(http::kSseComment));
}

}  // namespace lightfast::mcp
