#include "sandbox/sandboxes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>

#include <spdlog/fmt/fmt.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/sockets.h"
#include "sandbox/job_run.h"
#include "sandbox/runner.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

// Idle workspaces keep one sandbox ready after the first, and none after the second of these.
constexpr std::chrono::seconds kShrinkAfter{10};
constexpr std::chrono::minutes kCloseAfter{15};
constexpr std::chrono::seconds kHousekeeping{5};
constexpr int kLandlockTier = 3;

// Open at once; the longest idle one is closed for another. A workspace with one sandbox ready
// holds about 1.5 MiB.
constexpr std::size_t kMostWorkspaces = 64;

std::string explain_no_tier(const TierReport& report) {
  std::string text =
      "this machine gives no isolation, so no command is run; `lightfast doctor` says more";
  for (const auto& probe : report.probes)
    text += fmt::format("; tier {}: {}", probe.tier, probe.why_not);
  return text;
}

// Changes when a directory is removed and made again under the same name, as a snapshot may be that
// was current before.
Result<std::string> directory_identity(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return errno_error("opening the snapshot", errno);
  return fmt::format("{}:{}:{}", path.string(), status.st_dev, status.st_ino);
}

}  // namespace

Sandboxes::Sandboxes(LauncherProcess& launcher, SandboxOptions options)
    : launcher_(launcher), options_(std::move(options)), admission_(options_.admission) {}

Sandboxes::~Sandboxes() = default;

// One uid an org: the default org has the first, others a place by their name.
std::uint64_t Sandboxes::index_of(const OrgId& org) {
  if (org == OrgId{}) return 0;
  constexpr std::uint64_t kOrgs = 1U << 24U;
  return 1 + fnv1a_64(org.value) % kOrgs;
}

Result<const Toolbox*> Sandboxes::toolbox() {
  const std::lock_guard lock(toolbox_mutex_);
  if (!toolbox_) {
    toolbox_ = TRY(make_toolbox(options_.data_dir, options_.programs));
    for (const auto& program : toolbox_->missing)
      log_for("sandbox").warn("program={} state=missing", program);
  }
  return &*toolbox_;
}

Result<TierReport> Sandboxes::report(bool all) {
  const Toolbox* tools = TRY(toolbox());
  const std::lock_guard lock(toolbox_mutex_);
  if (report_ && !all) return *report_;
  const ReportSpec spec{
      .toolbox = tools->directory.string(), .host_files = tools->host_files, .all = all};
  const auto reply = TRY(launcher_.send(encode(spec)));
  const auto packet = TRY(receive_packet(reply.get()));
  if (packet.is_end())
    return Error{ErrorKind::Unavailable,
                 "asking for the isolation tiers: the launcher gave no answer"};
  report_ = TRY(decode_report(packet.bytes));
  known_tier_ = report_->tier;
  log_for("sandbox").info("tier={} landlock_abi={} control_groups={}", report_->tier,
                          report_->landlock_abi,
                          report_->controllers.empty() ? "none" : report_->controllers);
  return *report_;
}

Result<std::shared_ptr<Workspace>> Sandboxes::workspace_for(const OrgId& org,
                                                            const std::filesystem::path& snapshot) {
  const auto found = TRY(report(false));
  if (found.tier == 0) return Error{ErrorKind::Unavailable, explain_no_tier(found)};
  if (found.tier == kLandlockTier && has_many_orgs_) {
    return Error{ErrorKind::Unavailable,
                 "this machine's isolation is for one organisation (tier 3), and several are "
                 "served: no command is run; `lightfast doctor` says what namespaces need"};
  }
  const Toolbox* tools = TRY(toolbox());
  const auto identity = TRY(directory_identity(snapshot));
  const auto open = room_of(org);
  const std::lock_guard lock(open->mutex);
  if (!open->workspace || open->snapshot != identity || open->workspace->is_worn()) {
    const WorkspaceSpec spec{.org_index = index_of(org),
                             .toolbox = tools->directory.string(),
                             .snapshot = snapshot.string(),
                             .host_files = tools->host_files,
                             .limits = options_.limits,
                             .running = options_.admission.running_per_org};
    open->workspace = TRY(Workspace::open(launcher_, spec));
    open->snapshot = identity;
  }
  open->workspace->set_has_neighbours(has_several_orgs());
  return open->workspace;
}

bool Sandboxes::has_several_orgs() {
  const std::lock_guard lock(workspaces_mutex_);
  return workspaces_.size() > 1;
}

// Makes room for it where there is too much.
std::shared_ptr<Sandboxes::OpenWorkspace> Sandboxes::room_of(const OrgId& org) {
  std::shared_ptr<OpenWorkspace> closed;  // ends after the lock is let go
  const std::lock_guard lock(workspaces_mutex_);
  if (!housekeeper_.joinable())
    housekeeper_ = std::jthread([this](const std::stop_token& stop) { keep_house(stop); });
  if (!workspaces_.contains(org) && workspaces_.size() >= kMostWorkspaces) {
    const auto idle = std::ranges::min_element(
        workspaces_, {}, [](const auto& entry) { return entry.second->used_at; });
    closed = std::move(idle->second);
    workspaces_.erase(idle);
  }
  auto& room = workspaces_[org];
  if (!room) room = std::make_shared<OpenWorkspace>();
  room->used_at = Clock::now();
  return room;
}

void Sandboxes::forget(const OrgId& org, const std::shared_ptr<Workspace>& workspace) {
  const auto open = room_of(org);
  const std::lock_guard lock(open->mutex);
  if (open->workspace == workspace) open->workspace.reset();
}

void Sandboxes::keep_house(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    never.wait_for(lock, stop, kHousekeeping, [] { return false; });
    give_up_idle();
  }
}

void Sandboxes::give_up_idle() {
  const auto now = Clock::now();
  std::vector<std::shared_ptr<OpenWorkspace>> closed;  // end after the lock is let go
  const std::lock_guard lock(workspaces_mutex_);
  std::erase_if(workspaces_, [&](const auto& entry) {
    const auto& room = entry.second;
    const auto idle = now - room->used_at;
    const std::unique_lock own(room->mutex, std::try_to_lock);
    if (idle > kShrinkAfter && own.owns_lock() && room->workspace) room->workspace->shrink();
    if (idle > kCloseAfter) closed.push_back(room);
    return idle > kCloseAfter;
  });
}

Result<Run> Sandboxes::run(const OrgId& org, const std::filesystem::path& snapshot,
                           const Command& asked, const std::stop_token& stop) {
  Command command = asked;
  command.timeout = std::min<std::chrono::milliseconds>(asked.timeout, options_.limits.wall_clock);
  const auto place =
      TRY(admission_.enter(org, command.timeout, Clock::now() + command.timeout, stop));
  const auto attempt = [&]() -> Result<Run> {
    const auto workspace = TRY(workspace_for(org, snapshot));
    auto run = run_in_sandbox(*workspace, command, stop);
    if (!run && run.error().kind != ErrorKind::Timeout) forget(org, workspace);
    return run;
  };
  auto run = attempt();
  // A zygote that died between two commands is replaced once; a command that was at work is never
  // run twice.
  if (!run && run.error().kind == ErrorKind::Unavailable && !stop.stop_requested()) run = attempt();
  return run;
}

Result<void> Sandboxes::prepare(const OrgId& org, const std::filesystem::path& snapshot) {
  TRY(workspace_for(org, snapshot));
  return {};
}

Result<std::string> Sandboxes::run_job(const Job& job, const std::stop_token& stop) {
  return lightfast::sandbox::run_job(launcher_, job, stop);
}

}  // namespace lightfast::sandbox
