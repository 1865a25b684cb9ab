// One (org, snapshot) that commands can run in: the server's end of a zygote. take() may be called
// from any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/launcher_process.h"

namespace lightfast::sandbox {

// A sandbox whose shell waits for its one script on `control`. Closing that ends it.
struct SandboxHandle {
  std::uint64_t id = 0;
  bool was_awaited = false;  // none was ready
  UniqueFd control, standard_output, standard_error;
};

class Workspace {
 public:
  // Asks the launcher for a zygote and waits until it is set up (a few milliseconds).
  static Result<std::shared_ptr<Workspace>> open(LauncherProcess& launcher,
                                                 const WorkspaceSpec& spec);

  // One that is ready, as a rule without waiting, and orders the next; when none was ready, one
  // more from now on. Timeout when none is ready by `deadline`, Unavailable when the zygote died or
  // could make none. After an error the workspace is of no more use.
  Result<SandboxHandle> take(std::chrono::steady_clock::time_point deadline);

  // Tells the zygote that `sandbox` is at work now, which it watches from here on, and orders the
  // next; when none was ready at its take(), one more from now on. After the script was sent.
  void begun(const SandboxHandle& sandbox);

  // Whether heavy commands are to let those of others go first.
  void set_has_neighbours(bool has_neighbours) { has_neighbours_ = has_neighbours; }

  // Gives those that are ready up, all but one. For a workspace that is idle.
  void shrink();

  // True after so many sandboxes that the zygote should be replaced by a fresh one, whose processes
  // are laid out anew in memory.
  [[nodiscard]] bool is_worn() const { return taken_ >= kMostSandboxes; }

  // Kills a sandbox that did not end by itself. The last resort: closing its control socket is the
  // usual way.
  void kill(const SandboxHandle& sandbox);

  [[nodiscard]] const WorkspaceSpec& spec() const { return spec_; }

 private:
  static constexpr std::uint64_t kMostSandboxes = 1000;
  Result<void> order(std::uint64_t started);
  Workspace(UniqueFd zygote, WorkspaceSpec spec)
      : zygote_(std::move(zygote)), spec_(std::move(spec)) {}
  std::timed_mutex mutex_;  // one taker at a time
  std::atomic<bool> has_neighbours_ = false;
  std::atomic<int> ordered_ = 0;  // that are ready or being made
  std::atomic<std::uint64_t> taken_ = 0;
  UniqueFd zygote_;
  WorkspaceSpec spec_;
};

}  // namespace lightfast::sandbox
