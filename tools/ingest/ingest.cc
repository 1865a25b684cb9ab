#include "tools/ingest/ingest.h"

#include <utility>

#include <nlohmann/json.hpp>
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

// Why deliveries to a route are not taken; nothing when they are.
std::optional<Answer> why_not_taken(const std::string& provider, const std::optional<OrgId>& org,
                                    const Routing& routing) {
  if (provider != "github")
    return Answer{404, fmt::format("no webhooks of '{}' are taken here", visible_line(provider))};
  if (org && routing.find(*org) == nullptr)
    return Answer{404, "no such organisation is served here"};
  if (!routing.secrets_of(org).empty()) return std::nullopt;
  if (org && !routing.is_single) {
    return Answer{503,
                  "webhooks of this organisation are not set up here: webhooks.github of its "
                  "configuration is missing"};
  }
  return Answer{503,
                "webhooks of GitHub are not set up here: LIGHTFAST_GITHUB_WEBHOOK_SECRET is "
                "missing"};
}

// What was posted as it is kept: of the organisation that the route names, or of the one that it
// turns out to be about; of none as long as that is not known.
Result<Delivery> delivery_of(GitHubDelivery read, const std::optional<OrgId>& named,
                             const Routing& routing, Ledger& ledger) {
  Delivery delivery{.provider = "github",
                    .org = {},
                    .id = std::move(read.id),
                    .event = std::move(read.event),
                    .body = std::move(read.body),
                    .received_at = now()};
  Route found{.org = named ? routing.find(*named) : nullptr};
  if (!named) found = TRY(route(read.about, routing, ledger));
  delivery.org.value = found.org == nullptr ? "" : found.org->id.value;
  delivery.reason = found.org == nullptr ? found.why_not : why_ignored(read.about, found);
  const bool is_ignored = found.org != nullptr && !delivery.reason.empty();
  delivery.status = is_ignored ? Status::Ignored : Status::Waiting;
  return delivery;
}

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::create(const std::filesystem::path& data_dir,
                                               Routing routing, Sync sync) {
  auto intake = TRY(Ledger::open(data_dir));
  auto work = TRY(Ledger::open(data_dir));
  return std::unique_ptr<Ingest>(
      new Ingest(std::move(routing), std::move(sync), std::move(intake), std::move(work)));
}

Ingest::Ingest(Routing routing, Sync sync, Ledger intake, Ledger work)
    : sync_(std::move(sync)),
      intake_(std::move(intake)),
      work_(std::move(work)),
      routing_(std::make_shared<const Routing>(std::move(routing))),
      shared_(std::make_shared<Shared>()) {}

Ingest::~Ingest() {
  taker_ = {};
  worker_ = {};
  for (const auto& waiting : shared_->waiting) waiting.answered(ending);
  shared_->waiting.clear();
}

void Ingest::start() {
  taker_ = std::jthread([this](const std::stop_token& stop) { take_all(stop); });
  worker_ = std::jthread([this](const std::stop_token& stop) { work_all(stop); });
}

void Ingest::change_routing(Routing routing) {
  routing_.with([&](auto& held) { held = std::make_shared<const Routing>(std::move(routing)); });
}

std::shared_ptr<const Routing> Ingest::routing() {
  return routing_.with([](const auto& held) { return held; });
}

void Ingest::take(const std::string& provider, Posted posted,
                  std::function<void(const Answer&)> answered) {
  if (const auto refused = why_not_taken(provider, posted.org, *routing()))
    return answered(*refused);
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->waiting.size() < kMostWaiting) {
      shared_->waiting.push_back({std::move(posted), std::move(answered)});
      shared_->changed.notify_all();
      return;
    }
  }
  answered(full);
}

Ingest::State Ingest::state() {
  return counts_.with([](const State& counts) { return counts; });
}

// What has come while the last were written is written together.
void Ingest::take_all(const std::stop_token& stop) {
  auto& [mutex, changed, waiting, ended, has_work] = *shared_;
  std::unique_lock lock(mutex);
  while (changed.wait(lock, stop, [&waiting = waiting] { return !waiting.empty(); })) {
    std::deque<Waiting> batch;
    while (!waiting.empty() && batch.size() < kMostAtOnce) {
      batch.push_back(std::move(waiting.front()));
      waiting.pop_front();
    }
    lock.unlock();
    store(std::move(batch));
    lock.lock();
  }
}

void Ingest::store(std::deque<Waiting> batch) {
  const auto routing = this->routing();
  std::vector<Delivery> deliveries;
  std::vector<std::function<void(const Answer&)>> to_answer;
  for (auto& [posted, answered] : batch) {
    auto delivery = check(posted, *routing);
    if (delivery) {
      deliveries.push_back(*std::move(delivery));
      to_answer.push_back(std::move(answered));
    } else {
      answered({delivery.error().status, std::move(delivery.error().why)});
    }
  }
  if (!deliveries.empty()) add(deliveries, to_answer);
}

// What is to be kept of what was posted, if it is genuine.
std::expected<Delivery, Refusal> Ingest::check(const Posted& posted, const Routing& routing) {
  auto read = read_github(posted, routing.secrets_of(posted.org));
  if (!read) {
    counts_.with([](State& counts) { ++counts.refused; });
    return std::unexpected(std::move(read.error()));
  }
  auto delivery = delivery_of(*std::move(read), posted.org, routing, intake_);
  if (delivery) return *std::move(delivery);
  log_for("ingest").error("not stored: {}", delivery.error().message);
  return std::unexpected(Refusal{503, "it could not be stored; send it again later"});
}

void Ingest::add(const std::vector<Delivery>& deliveries,
                 const std::vector<std::function<void(const Answer&)>>& to_answer) {
  const auto are_new = intake_.add(deliveries);
  if (!are_new) log_for("ingest").error("not stored: {}", are_new.error().message);
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (!are_new) {
      to_answer[i]({503, "it could not be stored; send it again later"});
      continue;
    }
    const bool is_new = (*are_new)[i];
    const bool is_ignored = deliveries[i].status == Status::Ignored;
    counts_.with([is_new](State& counts) { ++(is_new ? counts.taken : counts.duplicates); });
    to_answer[i]({202, !is_new ? "duplicate" : is_ignored ? "ignored" : "accepted"});
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->has_work = true;
  shared_->changed.notify_all();
}

void Ingest::work_all(const std::stop_token& stop) {
  auto& has_work = shared_->has_work;
  std::unique_lock lock(shared_->mutex);
  while (!stop.stop_requested()) {
    (void)shared_->changed.wait_for(lock, stop, kLook, [&has_work] { return has_work; });
    if (stop.stop_requested()) return;
    has_work = false;
    lock.unlock();
    if (const auto done = work(); !done) log_for("ingest").warn("ledger: {}", done.error().message);
    lock.lock();
  }
}

Result<void> Ingest::work() {
  TRY(settle());
  TRY(route_all());
  TRY(begin());
  auto waiting = TRY(work_.count(Status::Waiting));
  auto dead = TRY(work_.count(Status::Dead));
  counts_.with([&](State& counts) {
    counts.waiting = std::move(waiting);
    counts.dead = std::move(dead);
  });
  prune();
  return {};
}

// Takes down how the syncs ended that have.
Result<void> Ingest::settle() {
  std::vector<std::pair<OrgId, Result<void>>> all;
  {
    const std::lock_guard lock(shared_->mutex);
    all.swap(shared_->ended);
  }
  Result<void> done;
  for (const auto& [org, result] : all) {
    const auto served = std::exchange(under_way_[org], {});
    under_way_.erase(org);
    auto marked = result
                      ? work_.mark_done(served.all)
                      : work_.mark_failed(served.now, visible_line(result.error().message), now());
    if (!marked) done = std::move(marked);
  }
  return done;
}

// What no organisation was found for waits for one, for some time.
Result<void> Ingest::route_all() {
  const auto routing = this->routing();
  for (const auto& each : TRY(work_.unrouted(now()))) {
    const auto event = github_event(each.event, Json::parse(each.body, nullptr, false));
    const auto found = TRY(route(event, *routing, work_));
    if (found.org == nullptr) TRY(work_.mark_failed({each.number}, found.why_not, now()));
    if (found.org != nullptr)
      TRY(work_.mark_routed(each.number, found.org->id, why_ignored(event, found)));
  }
  return {};
}

// One look at a repository serves all that wait for one, but for those that come meanwhile.
Result<void> Ingest::begin() {
  for (auto& [org, due] : TRY(work_.due(now()))) {
    if (!under_way_.try_emplace(org, due).second) continue;
    sync_(org, [shared = shared_, org = org](const Result<void>& result) {
      const std::lock_guard lock(shared->mutex);
      shared->ended.emplace_back(org, result);
      shared->has_work = true;
      shared->changed.notify_all();
    });
  }
  return {};
}

void Ingest::prune() {
  if (Clock::now() < next_pruning_) return;
  next_pruning_ = Clock::now() + kBetweenPrunings;
  if (const auto pruned = work_.prune(now()); !pruned)
    log_for("ingest").warn("not pruned: {}", pruned.error().message);
}

}  // namespace lightfast::ingest
