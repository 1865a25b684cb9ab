#include "sandbox/admission.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast::sandbox {
namespace {

Error too_many(const std::string& what, std::chrono::seconds retry_after) {
  return {.kind = ErrorKind::LimitExceeded,
          .message = fmt::format("{}; try again in {} s", what, retry_after.count()),
          .retry_after = retry_after};
}

}  // namespace

Result<std::unique_ptr<Admission::Place>> Admission::enter(const OrgId& org,
                                                           std::chrono::milliseconds time_limit,
                                                           Clock::time_point deadline,
                                                           const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  Org& own = orgs_[org];
  if (own.waiting.size() >= limits_.waiting_per_org) {
    return too_many(fmt::format("{} commands of this organisation wait already, as many as may",
                                limits_.waiting_per_org),
                    retry_after(own));
  }
  Waiter waiter{
      .is_short = time_limit <= kShortCall, .is_admitted = false, .since = {}, .changed = {}};
  const auto position = own.waiting.insert(own.waiting.end(), &waiter);
  admit_all();
  if (!wait(lock, own, waiter, deadline, stop)) {
    own.waiting.erase(position);
    const auto when = retry_after(own);
    const auto running = own.running.size();
    forget_if_idle(org);
    if (stop.stop_requested())
      return Error{ErrorKind::Timeout, "cancelled while waiting for other commands"};
    return too_many(fmt::format("no place came free in time: {} commands of this organisation and "
                                "{} in all were running",
                                running, running_),
                    when);
  }
  return std::make_unique<Place>(*this, org, waiter.since);
}

// Looks again by itself when the commands that run become long ones.
bool Admission::wait(std::unique_lock<std::mutex>& lock, Org& org, Waiter& waiter,
                     Clock::time_point deadline, const std::stop_token& stop) {
  while (!waiter.is_admitted) {
    const auto now = Clock::now();
    if (stop.stop_requested() || now >= deadline) return false;
    auto look_at = deadline;
    if (!org.running.empty()) {
      const auto long_at = *org.running.rbegin() + kLongRun;
      if (long_at > now) look_at = std::min(look_at, long_at);
    }
    waiter.changed.wait_until(lock, stop, look_at, [&waiter] { return waiter.is_admitted; });
    if (!waiter.is_admitted) admit_all();
  }
  return true;
}

// Round the organisations, beginning behind the one that was admitted last.
void Admission::admit_all() {
  for (bool any = true; any;) {
    any = false;
    auto next = orgs_.upper_bound(last_);
    for (std::size_t i = 0; i < orgs_.size() && !any; ++i) {
      if (next == orgs_.end()) next = orgs_.begin();
      any = admit_one(next->second);
      if (any) last_ = next->first;
      ++next;
    }
  }
}

// The first in the queue that may run: a short call passes long ones.
bool Admission::admit_one(Org& org) {
  const auto first = std::ranges::find_if(
      org.waiting, [&](const Waiter* waiter) { return has_place(org, waiter->is_short); });
  if (first == org.waiting.end()) return false;
  Waiter& waiter = **first;
  org.waiting.erase(first);
  waiter.since = Clock::now();
  org.running.insert(waiter.since);
  ++running_;
  waiter.is_admitted = true;
  waiter.changed.notify_all();
  return true;
}

bool Admission::has_place(const Org& org, bool is_short) const {
  const auto running = org.running.size();
  const auto most = limits_.running_per_org;
  if (running_ >= limits_.running) return false;
  if (!is_short) return running + 1 < most || running == 0;
  if (running < most) return true;
  return running == most && *org.running.rbegin() + kLongRun <= Clock::now();
}

void Admission::leave(const OrgId& org, Clock::time_point since) {
  const std::lock_guard lock(mutex_);
  constexpr double kWeight = 0.1;
  usual_run_ += ((Clock::now() - since) - usual_run_) * kWeight;
  auto& running = orgs_.at(org).running;
  running.erase(running.find(since));
  --running_;
  admit_all();
  forget_if_idle(org);
}

void Admission::forget_if_idle(const OrgId& org) {
  const auto found = orgs_.find(org);
  if (found->second.running.empty() && found->second.waiting.empty()) orgs_.erase(found);
}

// By when those that wait now should have had their turn.
std::chrono::seconds Admission::retry_after(const Org& org) const {
  constexpr double kLongest = 60;
  const auto turns = static_cast<double>(org.waiting.size() + 1) /
                     static_cast<double>(std::max<std::uint64_t>(limits_.running_per_org, 1));
  const double seconds = std::clamp(std::ceil(usual_run_.count() * turns), 1.0, kLongest);
  return std::chrono::seconds(static_cast<std::int64_t>(seconds));
}

}  // namespace lightfast::sandbox
