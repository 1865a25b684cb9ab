#include "app/services.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/git_jobs.h"
#include "app/sandbox_settings.h"
#include "base/base_url.h"
#include "base/files.h"
#include "base/log.h"
#include "base/scheduling.h"
#include "base/text.h"
#include "sandbox/confine.h"

namespace lightfast {
namespace {

constexpr std::chrono::seconds kFirstSync{60};

Result<sandbox::SandboxOptions> sandbox_options(const Settings& settings) {
  sandbox::SandboxOptions options{.data_dir = settings.data_dir};
  TRY(apply_limits(settings.limits, options));
  if (!settings.programs.empty()) options.programs = TRY(programs_of(settings.programs));
  return options;
}

}  // namespace

Result<std::unique_ptr<Services>> Services::create(const Settings& settings,
                                                   const LongTermMaker& make_long_term,
                                                   const OwnAccess& access) {
  std::unique_ptr<Services> services(new Services);
  auto options = TRY(sandbox_options(settings));
  TRY(make_private_directories(settings.data_dir).during("data dir"));
  services->launcher_ = TRY(sandbox::LauncherProcess::start());
  ask_for_short_turns(Children::Alike);
  services->sandboxes_ =
      std::make_unique<sandbox::Sandboxes>(*services->launcher_, std::move(options));
  services->git_jobs_ = std::make_unique<ConfinedGitJobs>(*services->sandboxes_);
  services->make_long_term_ = make_long_term;
  services->open_orgs(settings);
  const auto& bad = services->bad_orgs_;
  if (services->orgs_.empty() && !bad.empty())
    return Error{ErrorKind::InvalidArgument, bad.front().why};
  services->confine(settings, access);
  return services;
}

// The threads end before what they use.
Services::~Services() { warm_up_ = {}; }

// A server that cannot confine itself still serves: what runs commands is confined by the launcher,
// and refuses without.
void Services::confine(const Settings& settings, const OwnAccess& access) {
  sandbox::ServerPaths paths{
      .read = access.read, .write = access.write, .connect_ports = access.connect_ports};
  paths.write.push_back(settings.data_dir);
  for (const auto& [id, org] : orgs_) {
    std::ranges::copy(org->repo().read_paths(), std::back_inserter(paths.read));
    std::ranges::copy(org->repo().write_paths(), std::back_inserter(paths.write));
    // Who reads a store writes the files that SQLite keeps beside it.
    const auto store = store_of(org->settings(), settings).parent_path();
    if (std::error_code failed; std::filesystem::is_directory(store, failed))
      paths.write.push_back(store);
    if (org->memory().long_term() == nullptr) continue;
    if (const auto url = parse_base_url(org->settings().memory_url))
      paths.connect_ports.push_back(url->port);
  }
  if (const auto confined = sandbox::confine_server(paths); !confined) {
    unconfined_ = confined.error().message;
    log_for("app").warn("confined=no reason=\"{}\"", unconfined_);
  }
}

void Services::open_orgs(const Settings& settings) {
  declares_orgs_ = settings.declares_orgs;
  sandboxes_->set_has_many_orgs(!lone_org(settings));
  bad_orgs_ = settings.bad_orgs;
  Orgs orgs;
  for (const auto& own : settings.orgs) {
    if (const auto there = orgs_.find(own.id);
        there != orgs_.end() && there->second->settings() == own) {
      orgs.insert(*there);
      continue;
    }
    if (const auto* const other = with_same_user(own.id)) {
      bad_orgs_.push_back({own.id, fmt::format("organisation '{}' would have the user id of '{}', "
                                               "which is served; give it another name",
                                               own.id.value, other->value)});
      continue;
    }
    auto opened = Organisation::open(own, settings, {*sandboxes_, *git_jobs_, make_long_term_});
    if (opened) {
      orgs.emplace(own.id, *std::move(opened));
    } else {
      const auto& why = opened.error().message;
      bad_orgs_.push_back(
          {own.id, declares_orgs_ ? fmt::format("organisation '{}': {}", own.id.value, why) : why});
    }
  }
  for (const auto& bad : bad_orgs_) keep_served(bad, orgs);
  const std::lock_guard lock(orgs_mutex_);
  orgs_.swap(orgs);
}

std::shared_ptr<Organisation> Services::find(const OrgId& id) {
  const std::lock_guard lock(orgs_mutex_);
  const auto found = orgs_.find(id);
  return found == orgs_.end() ? nullptr : found->second;
}

// Those that are declared together were compared; this is with those from before.
const OrgId* Services::with_same_user(const OrgId& id) const {
  const auto found = std::ranges::find_if(orgs_, [&id](const auto& served) {
    return served.first != id &&
           sandbox::Sandboxes::index_of(served.first) == sandbox::Sandboxes::index_of(id);
  });
  return found == orgs_.end() ? nullptr : &found->first;
}

void Services::keep_served(const BadOrg& bad, Orgs& orgs) const {
  const auto served = bad.id ? orgs_.find(*bad.id) : orgs_.end();
  if (served != orgs_.end()) orgs.insert(*served);
}

bool Services::is_served(const BadOrg& bad) const { return bad.id && orgs_.contains(*bad.id); }

std::size_t Services::unserved() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(bad_orgs_, [this](const BadOrg& bad) { return !is_served(bad); }));
}

void Services::log_bad_orgs() const {
  for (const auto& bad : bad_orgs_) {
    log_for("app").error("{}: {}", is_served(bad) ? "org served as before" : "org not served",
                         bad.why);
  }
}

void Services::change_orgs(const Settings& settings) {
  const auto before = orgs_;
  open_orgs(settings);
  for (const auto& [id, org] : orgs_) {
    const auto there = before.find(id);
    if (there != before.end() && there->second == org) continue;
    start(*org);
    log_for("app").info("org={} state={}", id.value, there == before.end() ? "added" : "changed");
  }
  for (const auto& [id, org] : before) {
    if (!orgs_.contains(id)) log_for("app").info("org={} state=removed", id.value);
  }
  log_bad_orgs();
}

// One that cannot sync may have an older state to serve.
void Services::start(Organisation& org) {
  if (const auto started = org.start(); !started)
    bad_orgs_.push_back({org.id(), started.error().message});
}

void Services::start() {
  for (const auto& [id, org] : orgs_) start(*org);
  log_bad_orgs();
  warm_up_ = std::jthread([this, first = orgs_.size() == 1 ? orgs_.begin()->second : nullptr](
                              const std::stop_token& stop) { warm_up(first.get(), stop); });
}

void Services::warm_up(Organisation* lone, const std::stop_token& stop) {
  const auto prepared = [&]() -> Result<void> {
    TRY(sandboxes_->report(false));
    if (lone == nullptr) return {};
    const auto current =
        TRY(lone->repo().current(std::chrono::steady_clock::now() + kFirstSync, stop));
    return sandboxes_->prepare(lone->id(), current.snapshot->root());
  }();
  if (!prepared && !stop.stop_requested())
    log_for("app").warn("ready=no reason=\"{}\"", prepared.error().message);
  warmed_up_.with([&](auto& warmed_up) { warmed_up = prepared; });
}

Result<Json> Services::readiness() {
  const auto warmed_up = warmed_up_.with([](const auto& result) { return result; });
  const auto tier = sandboxes_->known_tier().value_or(0);
  if (!declares_orgs_) {
    auto& repo = org().repo();
    const auto problem = repo.state().problem;
    if (!repo.last() && !problem.empty()) return Error{ErrorKind::Unavailable, problem};
    if (!repo.last() || !warmed_up)
      return Error{ErrorKind::Unavailable,
                   "the first sync and the first sandbox are being prepared"};
  }
  if (!warmed_up) return Error{ErrorKind::Unavailable, "the sandbox is being prepared"};
  // A warm-up that failed for want of a snapshot says nothing any more once there is one.
  if (!*warmed_up && tier == 0) return warmed_up->error();
  return declares_orgs_ ? readiness_of_all(tier) : readiness_of_one(tier);
}

Json Services::readiness_of_one(int tier) {
  const auto& record = org().repo().last()->record();
  const auto problem = org().repo().state().problem;
  Json ready = {{"ready", true},
                {"commit", record.commit.value},
                {"branch", visible_text(record.branch)},
                {"isolationTier", tier}};
  if (!problem.empty()) ready["stale"] = visible_line(problem);
  return ready;
}

// No names, for whoever asks; doctor and the log have them.
Result<Json> Services::readiness_of_all(int tier) {
  std::size_t served = 0;
  std::size_t stale = 0;
  for (const auto& [id, org] : orgs_) {
    const auto state = org->repo().state();
    if (state.current) ++served;
    if (state.current && !state.problem.empty()) ++stale;
  }
  if (served == 0)
    return Error{ErrorKind::Unavailable, "no organisation's repository has been read yet"};
  return Json{
      {"ready", true},
      {"isolationTier", tier},
      {"orgs",
       {{"served", served}, {"stale", stale}, {"unserved", orgs_.size() - served + unserved()}}}};
}

}  // namespace lightfast
