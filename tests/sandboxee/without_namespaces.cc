// lightfast-without-namespaces [--without-landlock] COMMAND...: runs a command, and all that it
// starts, where user namespaces can be made but are worth nothing, as AppArmor of Ubuntu 24.04 has
// it for programs without a profile: in them no uid can be mapped and nothing can be mounted. Exits
// as the command does, and with it.
//
// Calls that would mount are refused by a filter. Which file is opened a filter cannot see, so it
// asks this process about each that is opened for writing (seccomp_unotify(2)). To be asked has no
// place in a sandbox of the product; what is refused so is there only to be refused.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <optional>
#include <string>

#include <seccomp.h>

#include "base/handles.h"
#include "base/sockets.h"

namespace lightfast {
namespace {

constexpr int kFailed = 125;

// What takes a capability in one's namespace, which AppArmor withholds.
constexpr std::array kRefused = {"mount",      "umount2",       "pivot_root", "open_tree",
                                 "move_mount", "fsopen",        "fsmount",    "fsconfig",
                                 "fspick",     "mount_setattr", "sethostname"};

constexpr std::array kLandlock = {"landlock_create_ruleset", "landlock_add_rule",
                                  "landlock_restrict_self"};

struct Opening {
  const char* name;
  unsigned path;   // which argument is the path
  unsigned flags;  // and which the flags
};
constexpr std::array<Opening, 2> kOpenings = {{{"open", 0, 1}, {"openat", 1, 2}}};

// Those whose flags a filter cannot see, or that always write.
constexpr std::array<Opening, 2> kAlwaysAsked = {{{"creat", 0, 0}, {"openat2", 1, 0}}};

bool add_rules(scmp_filter_ctx filter, bool without_landlock) {
  int failed = 0;
  for (const char* name : kLandlock) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (without_landlock) failed |= ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), number, 0);
  }
  for (const char* name : kRefused)
    failed |=
        ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), ::seccomp_syscall_resolve_name(name), 0);
  for (const auto& call : kOpenings) {
    const int number = ::seccomp_syscall_resolve_name(call.name);
    for (const unsigned access : {O_WRONLY, O_RDWR}) {
      failed |= ::seccomp_rule_add(filter, SCMP_ACT_NOTIFY, number, 1,
                                   SCMP_CMP(call.flags, SCMP_CMP_MASKED_EQ, O_ACCMODE, access));
    }
  }
  for (const auto& call : kAlwaysAsked)
    failed |=
        ::seccomp_rule_add(filter, SCMP_ACT_NOTIFY, ::seccomp_syscall_resolve_name(call.name), 0);
  return failed == 0;
}

// In the command's process: goes under the filter, sends the descriptor that asks come by, and
// becomes the command.
int become(char** command, bool without_landlock, int supervisor) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  const CHandle<void, ::seccomp_release> filter(::seccomp_init(SCMP_ACT_ALLOW));
  if (!filter || !add_rules(filter.get(), without_landlock) || ::seccomp_load(filter.get()) != 0)
    return kFailed;
  const std::array listener = {::seccomp_notify_fd(filter.get())};
  if (!send_packet(supervisor, "listener", listener)) return kFailed;
  ::close(listener[0]);
  ::execvp(command[0], command);
  std::perror(command[0]);
  return kFailed;
}

// The text at `address` of another process, if it may be read.
std::optional<std::string> text_at(std::uint32_t pid, std::uint64_t address) {
  const UniqueFd memory(
      ::open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, PATH_MAX> bytes = {};
  const auto count =
      ::pread(memory.get(), bytes.data(), bytes.size() - 1, static_cast<off_t>(address));
  if (count < 0) return std::nullopt;
  return std::string(bytes.data());
}

// 0 when the file may be opened, otherwise an errno value. The kernel refuses to open `setgroups`,
// and to write maps; here they are refused when they are opened.
int answer_about(const std::string& path) {
  const auto name = path.substr(path.find_last_of('/') + 1);
  if (name == "uid_map" || name == "gid_map" || name == "projid_map") return EPERM;
  return name == "setgroups" ? EACCES : 0;
}

unsigned path_argument(int number) {
  const auto is_call = [number](const Opening& call) {
    return ::seccomp_syscall_resolve_name(call.name) == number;
  };
  const auto* found = std::ranges::find_if(kOpenings, is_call);
  if (found != kOpenings.end()) return found->path;
  return std::ranges::find_if(kAlwaysAsked, is_call)->path;
}

void answer(int listener) {
  seccomp_notif asked = {};
  if (::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0) return;  // whoever asked was killed
  const auto path = text_at(asked.pid, asked.data.args[path_argument(asked.data.nr)]);
  // A process that hides its memory is the server or a helper of its, which write no maps.
  const int refusal = path ? answer_about(*path) : 0;
  seccomp_notif_resp said = {.id = asked.id, .val = 0, .error = -refusal, .flags = 0};
  if (refusal == 0) said.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
}

int supervise(pid_t command, int listener) {
  const UniqueFd ended(static_cast<int>(::syscall(SYS_pidfd_open, command, 0)));
  std::array<pollfd, 2> watched = {{{.fd = listener, .events = POLLIN, .revents = 0},
                                    {.fd = ended.get(), .events = POLLIN, .revents = 0}}};
  while (watched[1].revents == 0) {
    ::poll(watched.data(), watched.size(), -1);
    if ((watched[0].revents & POLLIN) != 0) answer(listener);
  }
  int status = 0;
  ::waitpid(command, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int run(char** words) {
  const bool without_landlock = std::string(words[0]) == "--without-landlock";
  char** command = without_landlock ? words + 1 : words;
  auto channel = make_socket_pair();
  const pid_t child = channel ? ::fork() : -1;
  if (child == 0) ::_exit(become(command, without_landlock, channel->theirs.get()));
  if (child < 0) return kFailed;
  channel->theirs.reset();
  const auto packet = receive_packet(channel->ours.get());
  if (!packet || packet->fds.empty()) {
    std::fputs("lightfast-without-namespaces: this kernel asks nobody\n", stderr);
    return kFailed;
  }
  return supervise(child, packet->fds[0].get());
}

}  // namespace
}  // namespace lightfast

int main(int argc, char** argv) { return argc > 1 ? lightfast::run(argv + 1) : lightfast::kFailed; }
