#include "sandbox/sandboxes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <functional>

#include <spdlog/fmt/fmt.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/sockets.h"
#include "sandbox/job_run.h"
#include "sandbox/runner.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

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

// How many commands of each org run and wait.
struct Sandboxes::Places {
  struct Count {
    std::size_t running = 0, waiting = 0;
  };
  std::mutex mutex;
  std::condition_variable_any freed;
  std::map<OrgId, Count> counts;

  // Waits for a place; the caller gives it back with leave().
  Result<void> enter(const OrgId& org, const SandboxOptions& options, Clock::time_point deadline,
                     const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    auto& count = counts[org];
    if (count.waiting >= options.waiting_per_org) {
      return Error{
          ErrorKind::LimitExceeded,
          fmt::format("{} commands wait already; try again in a second", options.waiting_per_org)};
    }
    ++count.waiting;
    const bool free = freed.wait_until(lock, stop, deadline,
                                       [&] { return count.running < options.running_per_org; });
    --count.waiting;
    if (stop.stop_requested())
      return Error{ErrorKind::Timeout, "cancelled while waiting for other commands"};
    if (!free) {
      return Error{ErrorKind::Timeout,
                   fmt::format("{} other commands were running all the while; try again",
                               options.running_per_org)};
    }
    ++count.running;
    return {};
  }

  void leave(const OrgId& org) {
    {
      const std::lock_guard lock(mutex);
      --counts[org].running;
    }
    freed.notify_all();
  }
};

Sandboxes::Sandboxes(LauncherProcess& launcher, SandboxOptions options)
    : launcher_(launcher), options_(std::move(options)), places_(std::make_unique<Places>()) {}

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
      .toolbox = tools->directory.string(), .libraries = tools->libraries, .all = all};
  const auto reply = TRY(launcher_.send(encode(spec)));
  const auto packet = TRY(receive_packet(reply.get()));
  if (packet.is_end())
    return Error{ErrorKind::Unavailable,
                 "asking for the isolation tiers: the launcher gave no answer"};
  report_ = TRY(decode_report(packet.bytes));
  log_for("sandbox").info("tier={} landlock_abi={}", report_->tier, report_->landlock_abi);
  return *report_;
}

Result<std::shared_ptr<Workspace>> Sandboxes::workspace_for(const OrgId& org,
                                                            const std::filesystem::path& snapshot) {
  const auto found = TRY(report(false));
  if (found.tier == 0) return Error{ErrorKind::Unavailable, explain_no_tier(found)};
  const Toolbox* tools = TRY(toolbox());
  const auto identity = TRY(directory_identity(snapshot));
  const std::lock_guard lock(workspaces_mutex_);
  auto& open = workspaces_[org];
  if (!open.workspace || open.snapshot != identity || open.workspace->is_worn()) {
    const WorkspaceSpec spec{.org_index = index_of(org),
                             .toolbox = tools->directory.string(),
                             .snapshot = snapshot.string(),
                             .libraries = tools->libraries,
                             .limits = options_.limits};
    open = {.workspace = TRY(Workspace::open(launcher_, spec)), .snapshot = identity};
  }
  return open.workspace;
}

void Sandboxes::forget(const std::shared_ptr<Workspace>& workspace) {
  const std::lock_guard lock(workspaces_mutex_);
  std::erase_if(workspaces_,
                [&workspace](const auto& entry) { return entry.second.workspace == workspace; });
}

Result<Run> Sandboxes::run(const OrgId& org, const std::filesystem::path& snapshot,
                           const Command& command, const std::stop_token& stop) {
  TRY(places_->enter(org, options_, Clock::now() + command.timeout, stop));
  const std::unique_ptr<Places, std::function<void(Places*)>> place(
      places_.get(), [&org](Places* places) { places->leave(org); });
  const auto attempt = [&]() -> Result<Run> {
    const auto workspace = TRY(workspace_for(org, snapshot));
    auto run = run_in_sandbox(*workspace, command, stop);
    if (!run) forget(workspace);
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
