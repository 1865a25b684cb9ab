// Runs commands for organisations: finds or makes the toolbox, learns the tier, keeps one workspace
// per org's snapshot, and bounds how much runs at once. All methods but the constructor may be
// called from any thread.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
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
  std::size_t running_per_org = 4;
  std::size_t waiting_per_org = 256;
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

  // Runs `command` with `snapshot` as /repo. LimitExceeded when too much waits already; Timeout
  // when no place came free within the command's timeout; Unavailable when this machine gives no
  // isolation, with what is missing.
  Result<Run> run(const OrgId& org, const std::filesystem::path& snapshot, const Command& command,
                  const std::stop_token& stop);

  // Runs a helper to its end and returns its standard output.
  Result<std::string> run_job(const Job& job, const std::stop_token& stop);

  // What isolation there is. With `all` every tier is tried anew, otherwise the first answer is
  // kept.
  Result<TierReport> report(bool all);

  // Sets the workspace of `org` up ahead of its first command.
  Result<void> prepare(const OrgId& org, const std::filesystem::path& snapshot);

  [[nodiscard]] const Limits& limits() const { return options_.limits; }

  // The toolbox, made on first use.
  Result<const Toolbox*> toolbox();

  // The org's number, which gives it its own uid in tier 1.
  [[nodiscard]] static std::uint64_t index_of(const OrgId& org);

 private:
  struct Places;
  struct OpenWorkspace {
    std::shared_ptr<Workspace> workspace;
    std::string snapshot;  // which directory it is, not only what it is called
  };
  Result<std::shared_ptr<Workspace>> workspace_for(const OrgId& org,
                                                   const std::filesystem::path& snapshot);
  void forget(const std::shared_ptr<Workspace>& workspace);

  LauncherProcess& launcher_;
  const SandboxOptions options_;
  std::mutex toolbox_mutex_;
  std::optional<Toolbox> toolbox_;
  std::optional<TierReport> report_;  // guarded by toolbox_mutex_
  std::mutex workspaces_mutex_;
  std::map<OrgId, OpenWorkspace>
      workspaces_;  // the newest snapshot's; older ones end with their last command
  std::unique_ptr<Places> places_;
};

}  // namespace lightfast::sandbox
