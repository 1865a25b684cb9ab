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
  UniqueFd control, standard_output, standard_error;
};

class Workspace {
 public:
  // Asks the launcher for a zygote and waits until it is set up (a few milliseconds).
  static Result<std::shared_ptr<Workspace>> open(LauncherProcess& launcher,
                                                 const WorkspaceSpec& spec);

  // One that is ready, as a rule without waiting, and orders the next. Timeout when none is ready
  // by `deadline`, Unavailable when the zygote died or could make none. After an error the
  // workspace is of no more use.
  Result<SandboxHandle> take(std::chrono::steady_clock::time_point deadline);

  // True after so many sandboxes that the zygote should be replaced by a fresh one, whose processes
  // are laid out anew in memory.
  [[nodiscard]] bool is_worn() const { return taken_ >= kMostSandboxes; }

  // Kills a sandbox that did not end by itself. The last resort: closing its control socket is the
  // usual way.
  void kill(const SandboxHandle& sandbox);

  [[nodiscard]] const WorkspaceSpec& spec() const { return spec_; }

 private:
  static constexpr std::uint64_t kMostSandboxes = 1000;
  Workspace(UniqueFd zygote, WorkspaceSpec spec)
      : zygote_(std::move(zygote)), spec_(std::move(spec)) {}
  std::timed_mutex mutex_;  // one taker at a time
  std::atomic<std::uint64_t> taken_ = 0;
  UniqueFd zygote_;
  WorkspaceSpec spec_;
};

}  // namespace lightfast::sandbox
