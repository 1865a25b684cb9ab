#include "tools/ingest/ingest.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <random>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "base/text.h"
#include "tools/ingest/github.h"
#include "tools/providers/providers.h"

namespace lightfast::ingest {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWaiting = 1000;  // to be taken
constexpr std::size_t kMostAtOnce = 64;     // written by one transaction
constexpr std::chrono::seconds kLook{1};    // for what is due, or was changed by others
constexpr std::chrono::hours kBetweenPrunings{1};

const Answer full{503, "too many deliveries wait; send it again later"};
const Answer ending{503, "the server is shutting down; send it again later"};
const Refusal not_stored{503, "it could not be stored; send it again later"};
constexpr std::int64_t kMostPending = 1LL << 30;  // bytes, of an organisation's events

Refusal not_signed(const Sender& sender) {
  return {401, fmt::format("no webhooks of this organisation are taken here, or {} is not made "
                           "with its secret",
                           sender.signature)};
}

// Why deliveries to a route are not taken; nothing when they are looked at. Of several
// organisations nobody can find out which there are: what is sent to another name is looked at,
// too, with a secret that nobody has.
std::optional<Answer> why_not_taken(const Sender& sender, const std::optional<OrgId>& org,
                                    const Routing& routing) {
  if (org && routing.is_single && routing.find(*org) == nullptr)
    return Answer{404, "no such organisation is served here"};
  if (!routing.secrets_of(sender.name, org).empty()) return std::nullopt;
  if (!routing.is_single) {
    if (org) return std::nullopt;
    if (sender.name != "github") {
      return Answer{404, fmt::format("name the organisation: /api/ingest/{}/ORG", sender.name)};
    }
  }
  return Answer{503, fmt::format("webhooks of {} are not set up here: {} is missing", sender.title,
                                 sender.variable)};
}

std::string random_secret() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
}

// The events that a delivery becomes, one in a line.
std::string lines_of(const Sender& sender, const Genuine& read, Time received_at) {
  std::string lines;
  const providers::Notice notice{
      .id = read.id, .event = read.kind, .payload = read.payload, .received_at = received_at};
  for (const auto& event : providers::events_of(sender.name, notice)) {
    lines += store::to_json(event).dump(-1, ' ', false, Json::error_handler_t::replace);
    lines += '\n';
  }
  return lines;
}

// What of a delivery is kept for an organisation. What is done about it is told by `delivery`, with
// the events, and by the route.
Delivery delivery_to(Delivery delivery, const GitHubEvent& about, const Route& route) {
  delivery.org = route.org->id;
  delivery.body.clear();
  delivery.reason = delivery.provider == "github" ? why_ignored(about, route)
                                                  : std::string("there is no store for events");
  delivery.needs_sync = delivery.reason.empty();
  if (!route.org->has_store) delivery.events.clear();
  const bool is_ignored = !delivery.needs_sync && delivery.events.empty();
  delivery.status = is_ignored ? Status::Ignored : Status::Waiting;
  if (!is_ignored) delivery.reason.clear();
  return delivery;
}

// The delivery as it is kept for each organisation that it is for; until one is known, for none.
std::vector<Delivery> deliveries_to(const Delivery& delivery, const GitHubEvent& about,
                                    const Routes& routes) {
  std::vector<Delivery> all;
  all.reserve(routes.to.size() + 1);
  for (const auto& route : routes.to) all.push_back(delivery_to(delivery, about, route));
  if (!all.empty()) return all;
  all.push_back(delivery);
  all.front().org = {""};
  all.front().reason = routes.why_not;
  all.front().body = payload_of(about).dump(-1, ' ', false, Json::error_handler_t::replace);
  return all;
}

// How the deliveries were taken that came of one.
Answer answer_to(std::span<const Delivery> deliveries, const std::vector<bool>& are_new,
                 std::size_t first) {
  bool is_new = false;
  bool is_ignored = true;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    is_new = is_new || are_new[first + i];
    is_ignored = is_ignored && deliveries[i].status == Status::Ignored;
  }
  return {202, !is_new ? "duplicate" : is_ignored ? "ignored" : "accepted"};
}

}  // namespace

Result<std::unique_ptr<Ingest>> Ingest::create(const std::filesystem::path& data_dir,
                                               Routing routing, Sync sync, Keeper::Keep keep) {
  auto intake = TRY(Ledger::open(data_dir));
  TRY(intake.leave_checkpoints());
  auto work = TRY(Ledger::open(data_dir));
  auto keeper = std::make_unique<Keeper>(TRY(Ledger::open(data_dir)), std::move(keep));
  return std::unique_ptr<Ingest>(new Ingest(std::move(routing), std::move(sync), std::move(intake),
                                            std::move(work), std::move(keeper)));
}

Ingest::Ingest(Routing routing, Sync sync, Ledger intake, Ledger work,
               std::unique_ptr<Keeper> keeper)
    : sync_(std::move(sync)),
      intake_(std::move(intake)),
      work_(std::move(work)),
      nobodys_secret_(random_secret()),
      routing_(std::make_shared<const Routing>(std::move(routing))),
      shared_(std::make_shared<Shared>()),
      keeper_(std::move(keeper)) {}

Ingest::~Ingest() {
  taker_ = {};
  worker_ = {};
  for (const auto& waiting : shared_->waiting) waiting.answered(ending);
  shared_->waiting.clear();
}

void Ingest::start() {
  taker_ = std::jthread([this](const std::stop_token& stop) { take_all(stop); });
  worker_ = std::jthread([this](const std::stop_token& stop) { work_all(stop); });
  keeper_->start();
}

void Ingest::change_routing(Routing routing) {
  routing_.with([&](auto& held) { held = std::make_shared<const Routing>(std::move(routing)); });
}

std::shared_ptr<const Routing> Ingest::routing() {
  return routing_.with([](const auto& held) { return held; });
}

void Ingest::take(const std::string& provider, Posted posted,
                  std::function<void(const Answer&)> answered) {
  const Sender* const sender = find_sender(provider);
  if (sender == nullptr)
    return answered(
        {404, fmt::format("no webhooks of '{}' are taken here", visible_line(provider))});
  if (const auto refused = why_not_taken(*sender, posted.org, *routing()))
    return answered(*refused);
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->waiting.size() < kMostWaiting) {
      shared_->waiting.push_back({sender, std::move(posted), std::move(answered)});
      shared_->changed.notify_all();
      return;
    }
  }
  answered(full);
}

Ingest::State Ingest::state() {
  auto state = counts_.with([](const State& counts) { return counts; });
  state.events = keeper_->state();
  return state;
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
    try {
      store(std::move(batch));
    } catch (const std::exception& failure) {
      log_for("ingest").error("not stored: {}", failure.what());
    }
    lock.lock();
  }
}

void Ingest::store(std::deque<Waiting> batch) {
  const auto routing = this->routing();
  std::vector<Delivery> deliveries;
  std::vector<Taken> taken;
  for (auto& waiting : batch) {
    auto own = check(waiting, *routing);
    if (!own) {
      waiting.answered({own.error().status, std::move(own.error().why)});
      continue;
    }
    taken.push_back({.count = own->size(), .answered = std::move(waiting.answered)});
    std::ranges::move(*own, std::back_inserter(deliveries));
  }
  if (!deliveries.empty()) add(deliveries, taken);
}

// What there is no memory for is not taken, and the others are.
std::expected<std::vector<Delivery>, Refusal> Ingest::check(const Waiting& waiting,
                                                            const Routing& routing) {
  try {
    return read(waiting, routing);
  } catch (const std::exception& failure) {
    log_for("ingest").error("not stored: {}", failure.what());
    return std::unexpected(not_stored);
  }
}

// What is to be kept of what was posted, if it is genuine.
std::expected<std::vector<Delivery>, Refusal> Ingest::read(const Waiting& waiting,
                                                           const Routing& routing) {
  const auto& [sender, posted, answered] = waiting;
  const auto received_at = now();
  auto secrets = routing.secrets_of(sender->name, posted.org);
  if (secrets.empty()) secrets.push_back(nobodys_secret_);
  const auto read = sender->read(posted, secrets, received_at);
  if (!read) {
    counts_.with([](State& counts) { ++counts.refused; });
    const bool hides = read.error().status == 401 && posted.org && !routing.is_single;
    return std::unexpected(hides ? not_signed(*sender) : read.error());
  }
  if (posted.org && routing.find(*posted.org) == nullptr)
    return std::unexpected(not_signed(*sender));  // it has gone meanwhile
  const auto routes = routes_of(*read, posted, routing);
  if (!routes) {
    log_for("ingest").error("not stored: {}", routes.error().message);
    return std::unexpected(not_stored);
  }
  const Delivery delivery{.provider = std::string(sender->name),
                          .org = {},
                          .id = read->id,
                          .event = read->event,
                          .events = lines_of(*sender, *read, received_at),
                          .payload = store::pack(posted.body),
                          .payload_bytes = static_cast<std::int64_t>(posted.body.size()),
                          .received_at = received_at};
  auto all = deliveries_to(delivery, read->about, *routes);
  if (is_too_much(all)) return std::unexpected(Refusal{full.status, full.word});
  return all;
}

Result<Routes> Ingest::routes_of(const Genuine& read, const Posted& posted,
                                 const Routing& routing) {
  const auto* const named = posted.org          ? routing.find(*posted.org)
                            : routing.is_single ? &routing.orgs.front()
                                                : nullptr;
  if (named == nullptr) return ingest::routes_of(read.about, routing, intake_);
  const auto route = TRY(route_to(*named, read.about, routing, intake_));
  return Routes{.to = {route}};
}

// Of events that wait for a store there are too many; a change of the repository is taken even so.
bool Ingest::is_too_much(const std::vector<Delivery>& deliveries) {
  const auto pending = keeper_->state().pending;
  return std::ranges::any_of(deliveries, [&pending](const Delivery& delivery) {
    const auto found = pending.find(delivery.org);
    const bool is_full = found != pending.end() && found->second.bytes > kMostPending;
    return is_full && !delivery.needs_sync && !delivery.events.empty();
  });
}

void Ingest::add(const std::vector<Delivery>& deliveries, const std::vector<Taken>& taken) {
  const auto are_new = intake_.add(deliveries);
  if (!are_new) log_for("ingest").error("not stored: {}", are_new.error().message);
  std::size_t first = 0;
  for (const auto& [count, answered] : taken) {
    if (!are_new) {
      answered({not_stored.status, not_stored.why});
      continue;
    }
    const auto own = std::span(deliveries).subspan(first, count);
    const auto answer = answer_to(own, *are_new, first);
    first += count;
    const bool is_new = answer.word != "duplicate";
    counts_.with([is_new](State& counts) { ++(is_new ? counts.taken : counts.duplicates); });
    answered(answer);
  }
  keeper_->wake();
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
    try {
      if (const auto done = work(); !done)
        log_for("ingest").warn("ledger: {}", done.error().message);
    } catch (const std::exception& failure) {
      log_for("ingest").error("deliveries=waiting reason=\"{}\"", failure.what());
    }
    lock.lock();
  }
}

Result<void> Ingest::work() {
  TRY(settle());
  TRY(begin());
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
  const auto unrouted = TRY(work_.unrouted(now()));
  for (const auto& [number, delivery] : unrouted) {
    const auto about = github_event(delivery.event, Json::parse(delivery.body, nullptr, false));
    const auto routes = TRY(ingest::routes_of(about, *routing, work_));
    TRY(routes.to.empty() ? work_.mark_failed({number}, routes.why_not, now())
                          : work_.replace(number, deliveries_to(delivery, about, routes)));
  }
  if (unrouted.empty()) return {};
  keeper_->wake();
  return work_.prune_unrouted();
}

// One look at a repository serves all that wait for one, but for those that come meanwhile.
Result<void> Ingest::begin() {
  for (auto& [org, due] : TRY(work_.due(now()))) {
    if (!under_way_.try_emplace(org, due).second) continue;
    const auto ended = [shared = shared_, org = org](const Result<void>& result) {
      const std::lock_guard lock(shared->mutex);
      shared->ended.emplace_back(org, result);
      shared->has_work = true;
      shared->changed.notify_all();
    };
    try {
      sync_(org, ended);
    } catch (const std::exception& failure) {
      ended(Error{ErrorKind::Internal, failure.what()});
    }
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
