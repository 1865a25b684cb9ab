#include "mcp/heartbeat.h"

#include <utility>

namespace lightfast::mcp {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPeriod{1};

}  // namespace

Heartbeat::Watch::Watch(Heartbeat& heartbeat, Beat beat) : heartbeat_(heartbeat) {
  const std::lock_guard lock(heartbeat_.mutex_);
  heartbeat_.going_.emplace(this, Going{Clock::now(), std::move(beat)});
  if (!heartbeat_.thread_.joinable()) {
    heartbeat_.thread_ =
        std::jthread([&owner = heartbeat_](const std::stop_token& stop) { owner.run(stop); });
  }
  if (heartbeat_.is_asleep_) heartbeat_.changed_.notify_all();
}

Heartbeat::Watch::~Watch() {
  const std::lock_guard lock(heartbeat_.mutex_);
  heartbeat_.going_.erase(this);
}

void Heartbeat::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    is_asleep_ = going_.empty();
    if (is_asleep_) changed_.wait(lock, stop, [this] { return !going_.empty(); });
    is_asleep_ = false;
    changed_.wait_for(lock, stop, kPeriod, [] { return false; });
    const auto now = Clock::now();
    for (const auto& [watch, going] : going_) {
      const auto time = std::chrono::duration_cast<std::chrono::seconds>(now - going.since);
      if (time >= kPeriod && !stop.stop_requested()) going.beat(time);
    }
  }
}

}  // namespace lightfast::mcp
