#include "tools/ingest/ingest.h"

#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "base/text.h"
#include "tools/ingest/github.h"

namespace lightfast::ingest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWaiting = 1000;  // to be taken
constexpr std::size_t kMostAtOnce = 64;     // written by one transaction
constexpr std::chrono::seconds kLook{1};    // for what is due, or was changed by others
constexpr std::chrono::hours kBetweenPrunings{1};

Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

const Answer full{503, "too many deliveries wait; send it again later"};
const Answer ending{503, "the server is shutting down; send it again later"};

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::create(Options options, Sync sync) {
  auto intake = TRY(Ledger::open(options.data_dir));
  auto work = TRY(Ledger::open(options.data_dir));
  return std::unique_ptr<Ingest>(
      new Ingest(std::move(options), std::move(sync), std::move(intake), std::move(work)));
}

Ingest::Ingest(Options options, Sync sync, Ledger intake, Ledger work)
    : options_(std::move(options)),
      sync_(std::move(sync)),
      intake_(std::move(intake)),
      work_(std::move(work)) {}

Ingest::~Ingest() {
  taker_ = {};
  worker_ = {};
  for (const auto& waiting : waiting_) waiting.answered(ending);
}

void Ingest::start() {
  taker_ = std::jthread([this](const std::stop_token& stop) { take_all(stop); });
  worker_ = std::jthread([this](const std::stop_token& stop) { work_all(stop); });
}

void Ingest::take(const std::string& provider, Posted posted,
                  std::function<void(const Answer&)> answered) {
  if (provider != "github")
    return answered(
        {404, fmt::format("no webhooks of '{}' are taken here", visible_line(provider))});
  if (options_.github_secrets.empty()) {
    return answered(
        {503,
         "webhooks of GitHub are not set up here: LIGHTFAST_GITHUB_WEBHOOK_SECRET is missing"});
  }
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() < kMostWaiting) {
      waiting_.push_back({std::move(posted), std::move(answered)});
      changed_.notify_all();
      return;
    }
  }
  answered(full);
}

Ingest::State Ingest::state() const {
  return {.taken = taken_,
          .duplicates = duplicates_,
          .refused = refused_,
          .waiting = waiting_count_,
          .dead = dead_count_};
}

// What has come while the last were written is written together.
void Ingest::take_all(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    std::deque<Waiting> batch;
    while (!waiting_.empty() && batch.size() < kMostAtOnce) {
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    lock.unlock();
    store(std::move(batch));
    lock.lock();
  }
}

void Ingest::store(std::deque<Waiting> batch) {
  std::vector<Delivery> deliveries;
  std::vector<std::function<void(const Answer&)>> to_answer;
  for (auto& [posted, answered] : batch) {
    auto read = read_github(posted, options_.github_secrets, options_.branch);
    if (!read) {
      ++refused_;
      answered({read.error().status, std::move(read.error().why)});
      continue;
    }
    read->received_at = now();
    deliveries.push_back(*std::move(read));
    to_answer.push_back(std::move(answered));
  }
  if (deliveries.empty()) return;
  const auto are_new = intake_.add(deliveries);
  if (!are_new) log_for("ingest").error("not stored: {}", are_new.error().message);
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (!are_new) {
      to_answer[i]({503, "it could not be stored; send it again later"});
      continue;
    }
    const bool is_new = (*are_new)[i];
    const bool is_ignored = deliveries[i].status == Status::Ignored;
    ++(is_new ? taken_ : duplicates_);
    to_answer[i]({202, !is_new ? "duplicate" : is_ignored ? "ignored" : "accepted"});
  }
  const std::lock_guard lock(mutex_);
  has_work_ = true;
  changed_.notify_all();
}

void Ingest::work_all(const std::stop_token& stop) {
  auto next_pruning = Clock::now();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    (void)changed_.wait_for(lock, stop, kLook, [this] { return has_work_; });
    if (stop.stop_requested()) return;
    has_work_ = false;
    lock.unlock();
    work(stop);
    if (Clock::now() >= next_pruning) {
      next_pruning = Clock::now() + kBetweenPrunings;
      if (const auto pruned = work_.prune(now()); !pruned)
        log_for("ingest").warn("not pruned: {}", pruned.error().message);
    }
    lock.lock();
  }
}

void Ingest::work(const std::stop_token& stop) {
  const auto done = attempt(stop);
  if (!done) log_for("ingest").warn("ledger: {}", done.error().message);
}

// One look at the repository serves all that wait for one.
Result<void> Ingest::attempt(const std::stop_token& stop) {
  const auto due = TRY(work_.due(options_.org, now()));
  if (!due.empty()) {
    const auto synced = sync_(stop);
    if (stop.stop_requested()) return {};
    if (synced) TRY(work_.mark_done(due));
    if (!synced) TRY(work_.mark_failed(due, visible_line(synced.error().message), now()));
  }
  waiting_count_ = TRY(work_.count(options_.org, Status::Waiting));
  dead_count_ = TRY(work_.count(options_.org, Status::Dead));
  return {};
}

}  // namespace lightfast::ingest
