// Runs attempts to sync on a thread of its own, one at a time. Requests that come while one runs
// become one more; waiters learn when an attempt that began after their request has ended. All
// methods may be called from any thread.
//
// Each attempt has a label: what the source looked like just before it began and still when it
// ended. So a caller that sees the source in a certain state finds out whether that very state was
// tried already.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>

#include "base/result.h"

namespace lightfast::repo {

class Syncer {
 public:
  using Clock = std::chrono::steady_clock;

  struct Work {
    std::function<std::string()> look;  // the label of an attempt that begins now; quick
    std::function<Result<void>(std::stop_token)>
        attempt;           // blocks; returns soon after a stop is requested
    bool retries = false;  // a failed attempt is made again by itself, after a pause that grows
    // After one that succeeded the next is made by itself this much later, give or take a tenth;
    // 0: when it is asked for.
    std::chrono::seconds interval{0};
  };

  // The last attempt that ended.
  struct Status {
    bool tried = false;
    bool ever_succeeded = false;
    std::string label;
    std::string problem;         // empty when it succeeded
    Clock::time_point retry_at;  // after a failure: not worth trying the same again before
  };

  explicit Syncer(Work work);
  ~Syncer();

  void start();  // once
  // Makes no more attempts; one that runs is stopped. Returns at once.
  void end() { thread_.request_stop(); }

  // Asks for an attempt that begins after this call; its number is for wait(). With a label, the
  // attempt that is running or the last one will do too if it has this label; the last one not when
  // it failed and retry_at has passed.
  std::uint64_t request();
  // Calls `ended` with how it ended, on the thread of the attempts; with Unavailable, on whichever
  // thread, when it is never made.
  using Ended = std::function<void(const Result<void>&)>;
  void request(Ended ended);
  std::uint64_t request_for(const std::string& label);

  // False when the attempt has not ended by the deadline, or `stop` was requested.
  bool wait(std::uint64_t attempt, Clock::time_point deadline, const std::stop_token& stop);

  [[nodiscard]] Status status() const;

 private:
  std::uint64_t request_locked();
  void run(const std::stop_token& stop);
  Result<void> attempt_settled(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  void wait_for_work(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  void note_end(const Result<void>& result);
  void tell(std::unique_lock<std::mutex>& lock, const Result<void>& result);

  const Work work_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t requested_ = 0;  // all of these with mutex_
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::string running_label_;
  std::multimap<std::uint64_t, Ended> told_;  // by the attempt that they wait for
  int failures_ = 0;                          // in a row
  std::minstd_rand chance_;
  std::optional<Clock::time_point> next_at_;  // of the attempt that is made by itself
  Status status_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace lightfast::repo
