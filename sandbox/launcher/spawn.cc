#include "sandbox/launcher/spawn.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <map>
#include <utility>

#include "base/files.h"
#include "base/sockets.h"
#include "sandbox/apply.h"
#include "sandbox/zygote_start.h"

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

Result<UniqueFd> file_with(const std::string& bytes) {
  UniqueFd file(::memfd_create("zygote", MFD_CLOEXEC));
  if (!file) return errno_error("handing over to a zygote", errno);
  TRY(write_all(file.get(), bytes));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return errno_error("handing over to a zygote", errno);
  return file;
}

// Where its death would leave the sandboxes alive, the zygote lives until the server's end is
// noticed, and ends them itself.
void die_with_launcher(const WorkspacePlan& plan) {
  if (plan.own_pid_namespace) ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

// Only the zygote's own two descriptors go with it. Bash's own complaints reach the server's log.
Result<void> keep_descriptors(const UniqueFd& server, const UniqueFd& start) {
  constexpr int kOutOfTheWay = 16;
  const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  const UniqueFd socket(::fcntl(server.get(), F_DUPFD_CLOEXEC, kOutOfTheWay));
  const UniqueFd record(::fcntl(start.get(), F_DUPFD_CLOEXEC, kOutOfTheWay));
  const bool kept = null && socket && record && ::dup2(null.get(), STDIN_FILENO) >= 0 &&
                    ::dup2(null.get(), STDOUT_FILENO) >= 0 &&
                    ::dup2(socket.get(), kZygoteServerFd) >= 0 &&
                    ::dup2(record.get(), kZygoteStartFd) >= 0;
  if (!kept) return errno_error("joining a zygote", errno);
  ::syscall(SYS_close_range, kZygoteStartFd + 1U, ~0U, 0U);
  return {};
}

// Bash takes what is ignored or blocked at its start for the user's will.
void reset_signals() {
  ::signal(SIGPIPE, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Bash expands the value of BASH_ENV as if it stood in double quotes.
std::string quoted(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (std::string_view("$`\"\\").contains(c)) text += '\\';
    text += c;
  }
  return text;
}

Result<void> start_bash(const WorkspacePlan& plan) {
  const std::string path = "PATH=" + plan.program_path;
  const std::string start_file = "BASH_ENV=" + quoted(plan.start_file);
  const std::array<const char*, 7> environment = {
      path.c_str(), "HOME=/", "LC_ALL=C.UTF-8", "TZ=UTC", "TERM=dumb", start_file.c_str(), nullptr};
  std::array<const char*, kBashArguments.size() + 1> arguments = {};
  std::ranges::copy(kBashArguments, arguments.begin());
  ::execve(plan.bash.c_str(), const_cast<char**>(arguments.data()),
           const_cast<char**>(environment.data()));
  return errno_error("starting '" + plan.bash + "'", errno);
}

// Until bash runs. Descriptors are closed here, not by their owners.
Result<void> start_zygote(const WorkspacePlan& plan, Applied& applied, const UniqueFd& server,
                          const UniqueFd& start) {
  die_with_launcher(plan);
  ::setsid();  // where the kernel groups sessions (sched(7), autogroup), orgs share the processor
  TRY(keep_descriptors(server, start));
  ::umask(022);
  TRY(apply_steps(plan.zygote, applied));
  die_with_launcher(plan);  // a change of user cleared it
  reset_signals();
  return start_bash(plan);
}

// A group is entered by being started there (Linux 5.7): moving a process waits for all the
// machine.
long clone_into(std::uint64_t flags, const UniqueFd& control_group) {
  if (!control_group)
    return ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  clone_args arguments = {};
  arguments.flags = flags | CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<std::uint64_t>(control_group.get());
  return ::syscall(SYS_clone3, &arguments, sizeof arguments);
}

// In tiers 1 and 2 nothing in a sandbox has use for the host's paths, and so none is there.
ZygoteStart start_of(int tier, const WorkspaceSpec& spec, const Identity& launcher,
                     const std::map<FilterFor, BpfProgram>& compiled) {
  ZygoteStart start{.tier = tier, .workspace = spec, .launcher = launcher, .filters = {}};
  if (tier != 3) start.workspace.toolbox = start.workspace.snapshot = {};
  if (tier != 3) start.workspace.host_files = {};
  const auto whom = tier == 3 ? FilterFor::CommandWithoutPidNamespace : FilterFor::Command;
  start.filters.emplace(whom, compiled.at(whom));
  return start;
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
                           UniqueFd server, const UniqueFd& control_group) {
  const WorkspacePlan plan = plan_workspace(tier, spec, launcher);
  Applied applied;
  applied.parent_uid = launcher.uid;
  applied.parent_gid = launcher.gid;
  applied.filters = TRY(filters());
  const auto start = TRY(file_with(encode(start_of(tier, spec, launcher, applied.filters))));
  const long child = clone_into(plan.zygote_clone_flags, control_group);
  if (child < 0) return errno_error("making namespaces", errno);
  if (child == 0) {
    const auto started = start_zygote(plan, applied, server, start);
    (void)send_packet(kZygoteServerFd,
                      encode(ZygoteReply{.sandbox = 0, .problem = started.error().message}));
    ::_exit(1);
  }
  return static_cast<pid_t>(child);
}

}  // namespace lightfast::sandbox
