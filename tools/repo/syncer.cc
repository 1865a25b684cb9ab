#include "tools/repo/syncer.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lightfast::repo {
namespace {

std::chrono::seconds pause_after(int failures) {
  constexpr std::chrono::seconds kLongest(300);
  return std::min(kLongest, std::chrono::seconds(1LL << std::min(failures, 9)));
}

}  // namespace

Syncer::Syncer(Work work) : work_(std::move(work)), chance_(std::random_device{}()) {}

// Nobody waits in vain.
Syncer::~Syncer() {
  thread_ = {};
  const Error none{ErrorKind::Unavailable, "it is looked at no more"};
  for (const auto& [attempt, ended] : told_) ended(none);
}

void Syncer::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

std::uint64_t Syncer::request() {
  const std::lock_guard lock(mutex_);
  return request_locked();
}

void Syncer::request(Ended ended) {
  const std::lock_guard lock(mutex_);
  told_.emplace(request_locked(), std::move(ended));
}

std::uint64_t Syncer::request_for(const std::string& label) {
  const std::lock_guard lock(mutex_);
  const bool running = begun_ > ended_;
  if (running && running_label_ == label) return begun_;
  const bool tried = status_.tried && status_.label == label;
  const bool settled = status_.problem.empty() || Clock::now() < status_.retry_at;
  return tried && settled ? ended_ : request_locked();
}

std::uint64_t Syncer::request_locked() {
  if (requested_ == begun_) {
    ++requested_;
    changed_.notify_all();
  }
  return requested_;
}

bool Syncer::wait(std::uint64_t attempt, Clock::time_point deadline, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, stop, deadline, [&] { return ended_ >= attempt; });
}

Syncer::Status Syncer::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Syncer::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (true) {
    wait_for_work(lock, stop);
    if (stop.stop_requested()) return;
    begun_ = requested_;
    running_label_ = work_.look();  // quick, and with the lock held: who asks now finds the label
    const auto result = attempt_settled(lock, stop);
    note_end(result);
    tell(lock, result);
  }
}

// An attempt during which the source changed may have seen either state, so it is made again. Where
// the source does not come to rest, the label that is left matches no state.
Result<void> Syncer::attempt_settled(std::unique_lock<std::mutex>& lock,
                                     const std::stop_token& stop) {
  constexpr int kTries = 3;
  for (int attempt = 1;; ++attempt) {
    lock.unlock();
    auto result = work_.attempt(stop);
    lock.lock();
    auto label = work_.look();
    if (label == running_label_ || stop.stop_requested()) return result;
    running_label_ = attempt < kTries ? std::move(label) : std::string("changes all the time");
    if (attempt == kTries) return result;
  }
}

void Syncer::wait_for_work(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const auto asked = [this] { return requested_ > begun_; };
  if (!next_at_) {
    changed_.wait(lock, stop, asked);
    return;
  }
  const bool woken = changed_.wait_until(lock, stop, *next_at_, asked);
  if (!woken && !stop.stop_requested()) ++requested_;
}

// Without the lock: who is told may ask for more.
void Syncer::tell(std::unique_lock<std::mutex>& lock, const Result<void>& result) {
  std::vector<Ended> waiting;
  while (!told_.empty() && told_.begin()->first <= ended_) {
    waiting.push_back(std::move(told_.begin()->second));
    told_.erase(told_.begin());
  }
  if (waiting.empty()) return;
  lock.unlock();
  for (const auto& ended : waiting) ended(result);
  lock.lock();
}

void Syncer::note_end(const Result<void>& result) {
  ended_ = begun_;
  failures_ = result ? 0 : failures_ + 1;
  status_.tried = true;
  status_.ever_succeeded = status_.ever_succeeded || result.has_value();
  status_.label = running_label_;
  status_.problem = result ? std::string() : result.error().message;
  status_.retry_at = Clock::now() + pause_after(failures_);
  next_at_.reset();
  if (!result && work_.retries) next_at_ = status_.retry_at;
  // Spread, so that servers that were started together do not stay together.
  std::uniform_real_distribution<> about(0.9, 1.1);
  if (result && work_.interval.count() > 0)
    next_at_ =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(work_.interval * about(chance_));
  changed_.notify_all();
}

}  // namespace lightfast::repo
