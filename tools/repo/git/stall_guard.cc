#include "tools/repo/git/stall_guard.h"

#include <unistd.h>

#include <ctime>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "tools/repo/git/response.h"

namespace lightfast::repo {
namespace {

std::chrono::nanoseconds processor_time() {
  timespec now = {};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

std::string seconds_text(std::chrono::milliseconds duration) {
  return fmt::format("{:.3g} s", static_cast<double>(duration.count()) / 1000);
}

}  // namespace

StallGuard::StallGuard(std::chrono::milliseconds limit, std::string doing)
    : limit_(limit),
      doing_(std::move(doing)),
      last_beat_(std::chrono::steady_clock::now()),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void StallGuard::beat() {
  const std::lock_guard lock(mutex_);
  last_beat_ = std::chrono::steady_clock::now();
}

void StallGuard::begin(std::string doing) {
  const std::lock_guard lock(mutex_);
  doing_ = std::move(doing);
  last_beat_ = std::chrono::steady_clock::now();
}

void StallGuard::watch(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  auto computed = processor_time();
  while (!stop.stop_requested()) {
    const auto due = last_beat_ + limit_;
    ended_.wait_until(lock, stop, due, [] { return false; });
    if (stop.stop_requested() || last_beat_ + limit_ > std::chrono::steady_clock::now()) continue;
    const auto before = std::exchange(computed, processor_time());
    if (computed - before < limit_ / 2)
      give_up();  // the lock stays held: nobody passes beat() any more
    last_beat_ = std::chrono::steady_clock::now();  // unpacking a large object; processor time has
                                                    // a limit of its own
  }
}

void StallGuard::give_up() const {
  const Error error{ErrorKind::Timeout,
                    fmt::format("{}: no answer within {}", doing_, seconds_text(limit_))};
  const bool written = write_all(STDOUT_FILENO, error_text(error, {})).has_value();
  ::_exit(written ? 0 : 1);
}

}  // namespace lightfast::repo
