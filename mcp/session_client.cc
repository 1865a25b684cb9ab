#include "mcp/session_client.h"

#include <algorithm>
#include <array>

#include "mcp/client_requests.h"

namespace lightfast::mcp {
namespace {

// A legacy client is told of a missing resource by a code that the modern revision has given up.
ProtocolError for_era(ProtocolError error, Era era) {
  if (era == Era::Modern && error.code == ErrorCode::ResourceNotFound)
    error.code = ErrorCode::InvalidParams;
  return error;
}

const Json& meta_of(const Request& request) {
  static const Json none = Json::object();
  const auto meta = request.params.find("_meta");
  return meta != request.params.end() && meta->is_object() ? *meta : none;
}

Json progress_token_of(const Request& request) {
  const Json& meta = meta_of(request);
  const auto token = meta.find("progressToken");
  const bool is_token = token != meta.end() && (token->is_string() || token->is_number_integer());
  return is_token ? *token : Json();
}

Json notification(const char* method, Json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

constexpr std::array kLevels = {"debug", "info",     "notice", "warning",
                                "error", "critical", "alert",  "emergency"};

}  // namespace

std::optional<LogLevel> log_level(std::string_view name) {
  const auto* const found = std::ranges::find(kLevels, name);
  if (found == kLevels.end()) return std::nullopt;
  return static_cast<LogLevel>(found - kLevels.begin());
}

std::unexpected<ProtocolError> refused(ErrorCode code, std::string message) {
  return std::unexpected(ProtocolError{code, std::move(message)});
}

std::unexpected<ProtocolError> invalid_params(std::string_view rule) {
  return refused(ErrorCode::InvalidParams, fmt::format("invalid params: {}", rule));
}

std::unexpected<ProtocolError> busy() { return refused(ErrorCode::Internal, kBusy); }

bool has_cursor(const Json& params) {
  const auto cursor = params.find("cursor");
  return cursor != params.end() && !cursor->is_null();
}

std::string text_in(const Json& params, const char* key) {
  const auto found = params.find(key);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ClientInput input_in(const Json& params) {
  ClientInput input{.state = text_in(params, "requestState")};
  const auto responses = params.find("inputResponses");
  if (responses != params.end() && responses->is_object()) input.responses = *responses;
  return input;
}

Session::Client::Client(std::shared_ptr<Shared> shared, const Session& session, const Asked& asked,
                        InFlight::Pending pending)
    : shared_(std::move(shared)),
      pending_(std::move(pending)),
      era_(asked.era),
      capabilities_(asked.era == Era::Modern
                        ? meta_of(asked.request).value(kClientCapabilitiesKey, Json::object())
                        : session.client_capabilities_),
      progress_token_(progress_token_of(asked.request)) {
  if (era_ == Era::Modern) level_ = log_level(text_in(meta_of(asked.request), kLogLevelKey));
}

void Session::Client::tell_progress(const Json& params) {
  Json whole = {{"progressToken", progress_token_}};
  whole.update(params);
  shared_->in_flight.tell(pending_,
                          to_text(notification("notifications/progress", std::move(whole))));
}

void Session::Client::progress(double done, double total, const std::string& message) {
  if (!wants_progress()) return;
  has_told_progress_ = true;
  Json params = {{"progress", done}};
  if (total > 0) params["total"] = total;
  if (!message.empty()) params["message"] = message;
  tell_progress(params);
}

void Session::Client::beat(std::chrono::seconds going) {
  if (has_told_progress_) return;
  tell_progress(
      {{"progress", going.count()}, {"message", fmt::format("running for {} s", going.count())}});
}

void Session::Client::log(LogLevel level, const Json& data) {
  if (era_ == Era::Modern ? !level_ || level < *level_ : level < shared_->level) return;
  shared_->in_flight.tell(
      pending_, to_text(notification("notifications/message",
                                     {{"level", kLevels.at(static_cast<std::size_t>(level))},
                                      {"logger", "lightfast"},
                                      {"data", data}})));
}

std::expected<Json, ProtocolError> Session::Client::ask(const std::string& method, Json params) {
  if (!can_be_asked())
    return refused(ErrorCode::Internal, "a modern client is not asked: it calls again");
  if (const auto why = refusal_to_ask(method, params, capabilities_))
    return refused(ErrorCode::Internal, why->message);
  return shared_->questions.ask(method, std::move(params), cancelled(), [this](std::string line) {
    shared_->in_flight.tell(pending_, std::move(line));
  });
}

std::optional<ProtocolError> Session::Client::unaskable(
    const std::optional<Json>& input_required) const {
  if (!input_required) return std::nullopt;
  if (era_ == Era::Legacy)
    return ProtocolError{ErrorCode::Internal, "a result cannot ask a legacy client", nullptr};
  return refusal_of_input(*input_required, capabilities_);
}

void Session::Client::answer(const Outcome& outcome) {
  if (outcome) return shared_->in_flight.answer(pending_, response_to(pending_->id(), outcome));
  shared_->in_flight.answer(
      pending_, response_to(pending_->id(), std::unexpected(for_era(outcome.error(), era_))));
}

}  // namespace lightfast::mcp
