// Runs commands for organisations: finds or makes the toolbox, learns the tier, keeps one workspace
// per org's snapshot, and bounds how much runs at once. All methods but the constructor may be
// called from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "sandbox/admission.h"
#include "sandbox/command.h"
#include "sandbox/launcher_process.h"
#include "sandbox/limits.h"
#include "sandbox/toolbox.h"
#include "sandbox/workspace.h"

namespace lightfast::sandbox {

struct SandboxOptions {
  std::filesystem::path data_dir;
  std::vector<std::string> programs = default_programs();
  Limits limits = {};
  AdmissionLimits admission = {};
};

// One run of a confined helper program; see JobSpec.
struct Job {
  JobSpec spec;
  std::string input;                         // its standard input
  std::size_t max_output_bytes = 1U << 20U;  // of its standard output; more is an error
};

class Sandboxes {
 public:
  Sandboxes(LauncherProcess& launcher, SandboxOptions options);
  ~Sandboxes();

  // Runs `command` with `snapshot` as /repo, for no longer than the limits allow. LimitExceeded,
  // with when to try again, when too much waits already or no place came free within the command's
  // timeout; Unavailable when this machine gives no isolation, with what is missing.
  Result<Run> run(const OrgId& org, const std::filesystem::path& snapshot, const Command& command,
                  const std::stop_token& stop);

  // Runs a helper to its end and returns its standard output.
  Result<std::string> run_job(const Job& job, const std::stop_token& stop);

  // What isolation there is. With `all` every tier is tried anew, otherwise the first answer is
  // kept.
  Result<TierReport> report(bool all);

  // The tier in use as far as it is known, without waiting; 0: none.
  [[nodiscard]] std::optional<int> known_tier() const {
    const int tier = known_tier_;
    return tier < 0 ? std::nullopt : std::optional(tier);
  }

  // Sets the workspace of `org` up ahead of its first command.
  Result<void> prepare(const OrgId& org, const std::filesystem::path& snapshot);

  // Whether organisations share this server that must not see each other: tier 3, which shows names
  // and sizes outside, is then not enough.
  void set_has_many_orgs(bool has_many) { has_many_orgs_ = has_many; }

  [[nodiscard]] const Limits& limits() const { return options_.limits; }
  [[nodiscard]] const SandboxOptions& options() const { return options_; }

  // The toolbox, made on first use.
  Result<const Toolbox*> toolbox();

  // The org's number, which gives it its own uid in tier 1.
  [[nodiscard]] static std::uint64_t index_of(const OrgId& org);

 private:
  // An organisation's, with a lock of its own: opening one takes milliseconds.
  struct OpenWorkspace {
    std::mutex mutex;
    std::shared_ptr<Workspace> workspace;
    std::string snapshot;  // which directory it is, not only what it is called
    std::chrono::steady_clock::time_point used_at;  // guarded by workspaces_mutex_
  };
  Result<std::shared_ptr<Workspace>> workspace_for(const OrgId& org,
                                                   const std::filesystem::path& snapshot);
  std::shared_ptr<OpenWorkspace> room_of(const OrgId& org);
  bool has_several_orgs();
  void forget(const OrgId& org, const std::shared_ptr<Workspace>& workspace);
  void keep_house(const std::stop_token& stop);
  void give_up_idle();

  LauncherProcess& launcher_;
  const SandboxOptions options_;
  std::mutex toolbox_mutex_;
  std::optional<Toolbox> toolbox_;
  std::optional<TierReport> report_;  // guarded by toolbox_mutex_
  std::atomic<int> known_tier_ = -1;  // of report_
  std::atomic<bool> has_many_orgs_ = false;
  std::mutex workspaces_mutex_;
  // The newest snapshot's; older ones end with their last command. Idle ones shrink, then close.
  std::map<OrgId, std::shared_ptr<OpenWorkspace>> workspaces_;
  Admission admission_;
  std::jthread housekeeper_;  // last: it uses the others
};

}  // namespace lightfast::sandbox
