#include "tools/ingest/keeper.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string_view>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "base/text.h"

namespace lightfast::ingest {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 1s;          // for what is due, or was changed by others
constexpr auto kGathering = 400ms;  // what comes meanwhile is kept together
constexpr auto kBusy = 2s;          // until a store is asked again that somebody else writes
constexpr std::int64_t kMostBytes = 8LL << 20;  // of deliveries that are kept together

// What cannot be read was not written by this program, and is left out.
std::vector<store::Event> events_in(std::string_view lines) {
  std::vector<store::Event> events;
  while (!lines.empty()) {
    const auto line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    auto event = store::parse_event(line);
    if (event) {
      events.push_back(*std::move(event));
    } else {
      log_for("ingest").error("event of the ledger left out: {}", event.error().message);
    }
  }
  return events;
}

}  // namespace

void Keeper::start() {
  is_running_ = true;
  thread_ = std::jthread([this](const std::stop_token& stop) {
    run(stop);
    const std::lock_guard lock(mutex_);
    is_running_ = false;
    changed_.notify_all();
  });
}

void Keeper::wake() {
  const std::lock_guard lock(mutex_);
  has_work_ = true;
  changed_.notify_all();
}

bool Keeper::end(std::chrono::milliseconds timeout) {
  thread_.request_stop();
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return !is_running_; });
}

Keeper::State Keeper::state() {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Keeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    (void)changed_.wait_for(lock, stop, kLook, [this] { return has_work_; });
    (void)changed_.wait_for(lock, stop, kGathering, [] { return false; });
    if (stop.stop_requested()) return;
    has_work_ = false;
    lock.unlock();
    try {
      if (const auto done = work(stop); !done)
        log_for("ingest").warn("ledger: {}", done.error().message);
    } catch (const std::exception& failure) {
      log_for("ingest").error("events=waiting reason=\"{}\"", failure.what());
    }
    lock.lock();
  }
}

Result<void> Keeper::work(const std::stop_token& stop) {
  Result<void> done;
  for (const auto& org : TRY(ledger_.with_pending(now()))) {
    if (auto kept = keep_all_of(org, stop); !kept) done = std::move(kept);
  }
  auto sizes = TRY(ledger_.pending_sizes());
  const std::lock_guard lock(mutex_);
  state_.pending = std::move(sizes);
  return done;
}

// What had failed before is brought along.
Result<void> Keeper::keep_all_of(const OrgId& org, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::vector<std::int64_t> numbers;
    std::vector<store::Delivery> deliveries;
    for (auto& [number, events, payload] : TRY(ledger_.pending(org, kMostBytes))) {
      numbers.push_back(number);
      deliveries.push_back({.events = events_in(events), .payload = std::move(payload)});
    }
    if (numbers.empty()) return {};
    const auto kept = keep_(org, deliveries);
    if (!kept) return note_failure(org, kept.error());
    TRY(ledger_.mark_kept(numbers));
    postponed_.erase(org);
    const std::lock_guard lock(mutex_);
    state_.kept[org] += *kept;
  }
  return {};
}

// What is postponed is asked for every other second: that is said once, until it went well.
Result<void> Keeper::note_failure(const OrgId& org, const Error& error) {
  const auto why = visible_line(error.message);
  if (error.kind == ErrorKind::Unavailable) {
    if (postponed_.insert(org).second)
      log_for("ingest").warn("org={} events=postponed reason=\"{}\"", org.value, why);
    return ledger_.postpone(org, why, now() + kBusy);
  }
  log_for("ingest").warn("org={} events=waiting reason=\"{}\"", org.value, why);
  return ledger_.mark_not_kept(org, why, now());
}

}  // namespace lightfast::ingest
