#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "attempts.h"

namespace lightfast::sandboxee {
namespace {

constexpr unsigned kOrdinaryUser = 65534;  // nobody

int number(const std::string& word) {
  return static_cast<int>(std::strtol(word.c_str(), nullptr, 10));
}

Outcome see_process(Words words) {
  struct stat status = {};
  return by(::stat(("/proc/" + words[0]).c_str(), &status));
}

// A signal that changes nothing for a process that runs.
Outcome signal_process(Words words) { return by(::kill(number(words[0]), SIGCONT)); }

// Ignored unless a process waits for it.
Outcome signal_group(Words /*words*/) { return by(::kill(0, SIGWINCH)); }

Outcome leave_group(Words /*words*/) {
  return in_child([] { return ::setsid() < 0 ? errno : 0; });
}

Outcome trace_process(Words words) {
  return in_child(
      [&] { return ::ptrace(PTRACE_SEIZE, number(words[0]), nullptr, nullptr) < 0 ? errno : 0; });
}

Outcome trace_me(Words /*words*/) {
  return in_child([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0 ? errno : 0; });
}

Outcome read_memory(Words /*words*/) {
  char from = 'x';
  char to = 0;
  const iovec local = {.iov_base = &to, .iov_len = 1};
  const iovec remote = {.iov_base = &from, .iov_len = 1};
  return by(::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0));
}

// What its /proc directory tells of the process that started this one.
Outcome look_into_init(Words words) {
  std::array<char, PATH_MAX> target = {};
  const auto link = "/proc/" + std::to_string(::getppid()) + "/" + words[0];
  return by(::readlink(link.c_str(), target.data(), target.size()));
}

Outcome change_user(Words words) {
  const auto user = static_cast<uid_t>(number(words[0]));
  return by(::syscall(SYS_setresuid, user, user, user));
}

Outcome change_group(Words words) {
  const auto group = static_cast<gid_t>(number(words[0]));
  return by(::syscall(SYS_setresgid, group, group, group));
}

// As root the attempt is made by an ordinary user: root has nothing to gain.
Outcome set_user_id(Words words) {
  const std::array<std::string, 2> asked = {"is-user", "0"};
  return executing(words[0], asked, [] {
    if (::getuid() != 0) return 0;
    const bool changed = ::setgroups(0, nullptr) == 0 && ::setgid(kOrdinaryUser) == 0 &&
                         ::setuid(kOrdinaryUser) == 0;
    return changed ? 0 : errno;
  });
}

// The program's owner is whoever made the copy.
Outcome copy_and_set_user_id(Words words) {
  const NewDirectory directory(words[1]);
  const std::array<std::string, 1> copy = {directory.path() + "/program"};
  if (directory.path().empty() || !copy_program(words[0], copy[0])) return by(-1);
  if (::chmod(copy[0].c_str(), 04755) != 0) return by(-1);
  return set_user_id(copy);
}

Outcome is_user(Words words) {
  return by_finding(::geteuid() == static_cast<uid_t>(number(words[0])), "another user");
}

using Capabilities = std::array<__user_cap_data_struct, 2>;  // version 3 of capset(2)

long capability_call(long call, Capabilities& sets) {
  __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  return ::syscall(call, &header, sets.data());
}

// By executing a program after all were given away.
Outcome regain_capabilities(Words words) {
  const std::array<std::string, 1> asked = {"has-capability"};
  return executing(words[0], asked, [] {
    Capabilities none = {};
    return capability_call(SYS_capset, none) < 0 ? errno : 0;
  });
}

Outcome has_capability(Words /*words*/) {
  Capabilities sets = {};
  if (capability_call(SYS_capget, sets) < 0) return by(-1);
  return by_finding((sets[0].permitted | sets[1].permitted) != 0, "none");
}

Outcome inherited_descriptor(Words /*words*/) {
  constexpr int kHighest = 256;
  for (int fd = STDERR_FILENO + 1; fd < kHighest; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) return by(0);
  }
  return by_finding(false, "none");
}

Outcome environment(Words words) {
  return by_finding(std::getenv(words[0].c_str()) != nullptr, "not set");
}

constexpr std::array<Attempt, 17> kAttempts = {{
    {"see-process", 1, see_process},
    {"signal", 1, signal_process},
    {"signal-group", 0, signal_group},
    {"leave-group", 0, leave_group},
    {"trace", 1, trace_process},
    {"trace-me", 0, trace_me},
    {"read-memory", 0, read_memory},
    {"look-into-init", 1, look_into_init},
    {"change-user", 1, change_user},
    {"change-group", 1, change_group},
    {"set-user-id", 1, set_user_id},
    {"copy-and-set-user-id", 2, copy_and_set_user_id},
    {"is-user", 1, is_user},
    {"regain-capabilities", 1, regain_capabilities},
    {"has-capability", 0, has_capability},
    {"inherited-descriptor", 0, inherited_descriptor},
    {"environment", 1, environment},
}};

}  // namespace

std::span<const Attempt> attempts_on_processes() { return kAttempts; }

}  // namespace lightfast::sandboxee
