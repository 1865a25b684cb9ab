// Private to Session: the client of a request that is being worked on, and how such work is run.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "mcp/session.h"

namespace lightfast::mcp {

class Session::Client final : public Caller {
 public:
  Client(std::shared_ptr<Shared> shared, const Session& session, const Asked& asked,
         InFlight::Pending pending);

  void progress(double done, double total, const std::string& message) override;
  void log(LogLevel level, const Json& data) override;
  [[nodiscard]] const Json& capabilities() const override { return capabilities_; }
  [[nodiscard]] bool can_be_asked() const override { return era_ == Era::Legacy; }
  std::expected<Json, ProtocolError> ask(const std::string& method, Json params) override;

  // Why the client cannot be asked what a result asks it; nothing when it can, or is not asked.
  [[nodiscard]] std::optional<ProtocolError> unaskable(
      const std::optional<Json>& input_required) const;

  [[nodiscard]] Era era() const { return era_; }
  [[nodiscard]] std::stop_token cancelled() const { return pending_->cancelled(); }
  [[nodiscard]] bool wants_progress() const { return !progress_token_.is_null(); }
  // Progress by time alone, until the work tells of its own.
  void beat(std::chrono::seconds going);
  void answer(const Outcome& outcome);

 private:
  void tell_progress(const Json& params);

  const std::shared_ptr<Shared> shared_;
  const InFlight::Pending pending_;
  const Era era_;
  const Json capabilities_;
  Json progress_token_;            // null: none
  std::optional<LogLevel> level_;  // modern: none without one in the request
  std::atomic<bool> has_told_progress_ = false;
};

std::unexpected<ProtocolError> refused(ErrorCode code, std::string message);
std::unexpected<ProtocolError> invalid_params(std::string_view rule);
std::unexpected<ProtocolError> busy();

inline constexpr const char* kBusy =
    "limit reached: as many calls as may are in progress; try again in 1 s";
inline constexpr const char* kOnePage = "unknown \"cursor\": the list has one page, ask without it";

bool has_cursor(const Json& params);
// The string `params[key]`, empty where there is none.
std::string text_in(const Json& params, const char* key);
ClientInput input_in(const Json& params);

// Whatever escapes what does the work ends here.
template <class Work>
Outcome guarded(const Work& work) {
  try {
    return work();
  } catch (const std::exception& error) {
    log_for("mcp").error("a handler threw: error=\"{}\"", error.what());
  } catch (...) {
    log_for("mcp").error("a handler threw what is no exception");
  }
  return refused(ErrorCode::Internal,
                 "internal error: the server failed at this; its log says why");
}

template <class Work, class Refusal>
std::optional<Outcome> Session::answer_later(const Asked& asked, Work work,
                                             const Refusal& refusal) {
  const auto pending = shared_->in_flight.add(asked.request.id, asked.reply, Ending::WhenAnswered);
  if (!pending) return busy();
  const auto client = std::make_shared<Client>(shared_, *this, asked, pending);
  auto job = [work = std::move(work), client,
              mark = InFlight::JobMark({shared_, &shared_->in_flight})] {
    if (client->cancelled().stop_requested()) return;
    client->answer(guarded([&] { return work(*client); }));
  };
  if (!server_.pool().submit(std::move(job))) client->answer(refusal());
  return std::nullopt;
}

}  // namespace lightfast::mcp
