// How long one call may still wait, and what ends that early. wait() and pause() are for the call's
// own thread; whoever cancels does so from any thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast::web {

using Clock = std::chrono::steady_clock;

class Patience {
 public:
  // Until `deadline`, or until `cancelled` is requested. Unavailable when there is no descriptor
  // left.
  static Result<std::unique_ptr<Patience>> create(Clock::time_point deadline,
                                                  std::stop_token cancelled);

  enum class Wake { Ready, Late, Cancelled };

  // Waits until `fd` is ready for `events` (of poll(2)), but not beyond `limit` either.
  [[nodiscard]] Wake wait(int fd, short events, Clock::time_point limit) const;
  [[nodiscard]] Wake wait(int fd, short events) const { return wait(fd, events, deadline_); }

  // Lets `time` pass; Ready when it has, without an end before.
  [[nodiscard]] Wake pause(std::chrono::milliseconds time) const;

  [[nodiscard]] bool is_cancelled() const { return cancelled_.stop_requested(); }
  [[nodiscard]] Clock::time_point deadline() const { return deadline_; }

 private:
  Patience(Clock::time_point deadline, std::stop_token cancelled, UniqueFd wake);

  const Clock::time_point deadline_;
  const std::stop_token cancelled_;
  const UniqueFd wake_;                                  // an eventfd: cancelled
  std::stop_callback<std::function<void()>> on_cancel_;  // last: it uses the others
};

}  // namespace lightfast::web
