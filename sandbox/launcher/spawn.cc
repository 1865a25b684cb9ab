#include "sandbox/launcher/spawn.h"

#include <linux/capability.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <map>
#include <utility>

#include "sandbox/apply.h"
#include "sandbox/launcher/zygote.h"

namespace lightfast::sandbox {
namespace {

constexpr std::uint64_t bit(int capability) { return 1ULL << static_cast<unsigned>(capability); }

// Compiled once in the launcher; zygotes and sandboxes inherit the bytes.
Result<std::map<FilterFor, BpfProgram>> filters() {
  static std::map<FilterFor, BpfProgram> compiled;
  for (const auto whom :
       {FilterFor::Command, FilterFor::CommandWithoutPidNamespace, FilterFor::Zygote}) {
    if (!compiled.contains(whom)) compiled.emplace(whom, TRY(compile_filter(whom)));
  }
  return compiled;
}

// Whether `uid` exists in the user namespace one is in; root of a container often has but a few
// (user_namespaces(7)).
bool is_mapped(std::uint64_t uid) {
  std::ifstream map("/proc/self/uid_map");
  std::uint64_t first = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  while (map >> first >> outside >> count) {
    if (uid >= first && uid - first < count) return true;
  }
  return false;
}

}  // namespace

Identity own_identity() {
  constexpr std::uint64_t kNeeded = bit(CAP_SYS_ADMIN) | bit(CAP_SETUID) | bit(CAP_SETGID);
  const auto held = effective_capabilities();
  const bool has_rights = held && (*held & kNeeded) == kNeeded;
  return {
      .uid = ::geteuid(), .gid = ::getegid(), .privileged = has_rights && is_mapped(kFirstOrgUid)};
}

Result<pid_t> spawn_zygote(int tier, const WorkspaceSpec& spec, const Identity& launcher,
                           UniqueFd server) {
  const WorkspacePlan plan = plan_workspace(tier, spec, launcher);
  Applied applied;
  applied.parent_uid = launcher.uid;
  applied.parent_gid = launcher.gid;
  applied.filters = TRY(filters());
  const long child =
      ::syscall(SYS_clone, plan.zygote_clone_flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child < 0) return errno_error("making namespaces", errno);
  if (child == 0) {
    // Only the zygote's own channel goes with it.
    const int kept = ::dup2(server.get(), STDIN_FILENO);
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    (void)server.release();
    run_zygote(plan, spec.limits, std::move(applied), UniqueFd(kept));
  }
  return static_cast<pid_t>(child);
}

}  // namespace lightfast::sandbox
