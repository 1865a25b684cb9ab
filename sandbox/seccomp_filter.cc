#include "sandbox/seccomp_filter.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>

#include <seccomp.h>

#include "base/handles.h"
#include "sandbox/landlock.h"

namespace lightfast::sandbox {
namespace {

using Names = std::span<const char* const>;

// ---- Groups of system calls; docs/security.md gives the reasons at length.
// clang-format off

// Reading and writing through descriptors, memory, time, and what every libc start-up does.
constexpr std::array kBasics = {
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "lseek",
    "close", "close_range", "dup", "dup2", "dup3", "pipe", "pipe2", "poll", "ppoll", "select",
    "pselect6", "sendfile", "splice", "copy_file_range", "fsync", "fdatasync", "flock",
    "fadvise64", "readahead", "brk", "munmap", "mremap", "mprotect", "madvise", "mincore",
    "msync", "membarrier", "clock_gettime", "clock_getres", "clock_nanosleep", "nanosleep",
    "gettimeofday", "time", "times", "getrandom", "arch_prctl", "set_tid_address",
    "set_robust_list", "get_robust_list", "rseq", "futex", "exit", "exit_group",
    "restart_syscall", "sched_yield", "sysinfo", "uname", "getrlimit",
    "getrusage", "getcpu"};

// Whole for our own programs; commands get a part of them.
constexpr std::array kMappingAndDescriptors = {"mmap", "fcntl"};

// Looking at files and directories. Not fstatfs: inotify, which would tell of other sandboxes' use of
// the same files, is not allowed, and `tail -f` complains of that but for a file whose file system it
// cannot tell; then it looks every second.
constexpr std::array kLooking = {
    "open", "openat", "stat", "lstat", "fstat", "newfstatat", "statx", "access", "faccessat",
    "faccessat2", "readlink", "readlinkat", "getdents", "getdents64", "getcwd", "chdir",
    "fchdir", "statfs", "fgetxattr", "flistxattr", "umask"};

// Changing files: only a private /tmp is writable, the kernel's mounts see to the rest.
constexpr std::array kChangingFiles = {
    "creat", "mkdir", "mkdirat", "rmdir", "unlink", "unlinkat", "rename", "renameat",
    "renameat2", "link", "linkat", "symlink", "symlinkat", "truncate", "ftruncate", "fallocate"};

// Metadata that Landlock does not know: as on a read-only disk. `sed -i` sets the mode of what it
// writes; where mounts are read-only it may, in /tmp.
constexpr std::array kChangingModes = {"chmod", "fchmod", "fchmodat"};
constexpr std::array kChangingMetadata = {
    "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "utimensat", "futimesat", "mknod",
    "mknodat"};

// As a file system that has none: programs take that for granted.
constexpr std::array kChangingAttributes = {"setxattr", "lsetxattr", "fsetxattr", "removexattr",
                                            "lremovexattr", "fremovexattr"};

// Of files outside, Landlock would let these tell all.
constexpr std::array kAttributesByPath = {"getxattr", "lgetxattr", "listxattr", "llistxattr"};

// A shell's children.
constexpr std::array kProcesses = {
    "fork", "vfork", "execve", "wait4", "waitid", "getpid", "getppid", "gettid", "getpgrp",
    "getuid", "geteuid", "getgid", "getegid", "getgroups", "getresuid",
    "getresgid", "capget", "sched_get_priority_max", "sched_get_priority_min", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "rt_sigpending", "rt_sigsuspend", "rt_sigtimedwait", "sigaltstack", "pause",
    "alarm", "setitimer", "getitimer"};

// Questions about a process, 0 being oneself.
constexpr std::array kAboutProcesses = {
    "getpgid", "getsid", "sched_getparam", "sched_getscheduler", "sched_getaffinity"};
constexpr std::array kPriority = {"getpriority"};

// Signals and process groups reach no further than the pid namespace; without one nobody gets them.
constexpr std::array kSignals = {"kill", "tkill", "tgkill", "setpgid", "setsid"};
// Less of the processor for oneself; without a pid namespace it could be for others of the user.
constexpr std::array kYielding = {"setpriority"};
constexpr std::array kOtherSignals = {"tkill", "setpgid", "setsid"};

// Never wanted and worth a clear answer: EPERM rather than "not implemented".
constexpr std::array kRefused = {
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto",
    "recvfrom", "sendmsg", "recvmsg", "mount", "umount2", "pivot_root", "chroot", "unshare",
    "setns", "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "perf_event_open",
    "keyctl", "add_key", "request_key", "kexec_load", "reboot", "init_module", "finit_module",
    "delete_module", "setuid", "setgid", "setresuid", "setresgid", "setgroups"};

// What it takes to set up and look after a sandbox: the zygote and an init before it confines
// itself further.
constexpr std::array kSettingUp = {
    "mount", "umount2", "prctl", "capset", "setresuid", "setresgid", "setgroups", "prlimit64",
    "setrlimit", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
    "seccomp", "socketpair", "sendmsg", "recvmsg", "sendto", "recvfrom", "signalfd4", "clone",
    "setpgid", "kill", "tgkill", "tkill", "setpriority", "sched_setattr"};

// What the git helper needs besides kBasics, kLooking and kChangingFiles: threads, internet
// sockets, name look-up, and writing a snapshot's modes and times.
constexpr std::array kGit = {
    "fstatfs", "chmod", "fchmod", "fchmodat", "utimensat", "syncfs", "getpid", "gettid", "getppid",
    "getuid", "geteuid", "getgid", "getegid", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "sigaltstack", "tgkill", "prlimit64", "setitimer",
    "execve", "execveat"};

// Name look-up and https; which sockets, allow_internet() says.
constexpr std::array kInternet = {
    "connect", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "getsockopt",
    "setsockopt", "getsockname", "getpeername", "shutdown", "bind", "epoll_create1",
    "epoll_ctl", "epoll_wait", "eventfd2"};

// clang-format on

struct Filter {
  scmp_filter_ctx context;
  int failed = 0;

  // Names that this architecture does not have are passed over.
  void add(Names names, std::uint32_t action) {
    for (const char* name : names) {
      const int number = ::seccomp_syscall_resolve_name(name);
      if (number >= 0) note(::seccomp_rule_add_exact_array(context, action, number, 0, nullptr));
    }
  }
  void add_if(const char* name, std::uint32_t action, scmp_arg_cmp condition) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number >= 0) note(::seccomp_rule_add_exact_array(context, action, number, 1, &condition));
  }
  void note(int result) {
    if (result < 0 && failed == 0) failed = -result;
  }
};

constexpr std::uint64_t kNamespaceFlags = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
                                          CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |
                                          CLONE_NEWCGROUP;

// clone without new namespaces; clone3 stays ENOSYS because its flags are behind a pointer, and
// libc falls back.
void allow_clone_within_namespaces(Filter& filter) {
  filter.add_if("clone", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_MASKED_EQ, kNamespaceFlags, 0));
}

// Terminal questions that programs ask of a pipe, and harmless descriptor requests; TIOCSTI and
// TIOCLINUX are not here.
void allow_harmless_ioctls(Filter& filter) {
  for (const unsigned long request : {TCGETS, TIOCGWINSZ, TIOCGPGRP, FIONREAD, FIOCLEX, FIONCLEX}) {
    filter.add_if("ioctl", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFUL, request));
  }
}

// Shared memory of no file could be hidden from the watch on memory (mapped by none, still there);
// nothing allowed needs it.
void allow_mapping_watched_memory(Filter& filter) {
  constexpr std::uint64_t kBoth = MAP_SHARED | MAP_ANONYMOUS;
  for (const std::uint64_t flags :
       {std::uint64_t{0}, std::uint64_t{MAP_SHARED}, std::uint64_t{MAP_ANONYMOUS}}) {
    filter.add_if("mmap", SCMP_ACT_ALLOW, SCMP_A3(SCMP_CMP_MASKED_EQ, kBoth, flags));
  }
}

// Not those that have the kernel send signals to a process of one's choice (F_SETOWN, F_SETSIG).
void allow_harmless_fcntls(Filter& filter) {
  for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK,
                            F_SETLK, F_SETLKW, F_GETPIPE_SZ}) {
    filter.add_if("fcntl", SCMP_ACT_ALLOW,
                  SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFUL, static_cast<std::uint64_t>(command)));
  }
}

void allow_own_limits_and_names(Filter& filter) {
  filter.add_if("sched_setattr", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, 0));
  filter.add_if("prlimit64", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, 0));  // of oneself
  filter.add_if("prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  filter.add_if("prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_GET_NAME));
  filter.add_if("prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG));
  filter.add_if("prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_SET_DUMPABLE));
}

// kill(0, ...) reaches the sandbox's own process group, which nothing in it can leave; its init
// ends it so.
void allow_ending_own_group(Filter& filter) {
  filter.add_if("kill", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, 0));
  filter.add_if("kill", SCMP_ACT_ERRNO(EPERM), SCMP_A0(SCMP_CMP_NE, 0));
  // `sort` whose reader has gone clears up and then signals itself. Where Landlock keeps signals
  // within the sandbox (ABI 6) it may; the init ignores it.
  const auto itself = landlock_abi() >= 6 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM);
  filter.add_if("tgkill", itself, SCMP_A2(SCMP_CMP_EQ, SIGPIPE));
  filter.add_if("tgkill", SCMP_ACT_ERRNO(EPERM), SCMP_A2(SCMP_CMP_NE, SIGPIPE));
  filter.add(kOtherSignals, SCMP_ACT_ERRNO(EPERM));
}

// Bash asks whether its standard input is a connection, and for "not implemented" believes that it
// is and reads start files.
void answer_no_socket(Filter& filter) {
  constexpr std::array kAboutSockets = {"getpeername"};
  filter.add(kAboutSockets, SCMP_ACT_ERRNO(ENOTSOCK));
}

void allow_asking_about_all(Filter& filter) {
  filter.add(kAboutProcesses, SCMP_ACT_ALLOW);
  filter.add(kPriority, SCMP_ACT_ALLOW);
}

void allow_asking_about_oneself(Filter& filter) {
  for (const char* name : kAboutProcesses)
    filter.add_if(name, SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, 0));
  filter.add_if("getpriority", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_EQ, 0));
}

void command_rules(Filter& filter, bool own_namespaces) {
  filter.add(kBasics, SCMP_ACT_ALLOW);
  filter.add(kLooking, SCMP_ACT_ALLOW);
  filter.add(kProcesses, SCMP_ACT_ALLOW);
  if (own_namespaces) {
    filter.add(kChangingFiles, SCMP_ACT_ALLOW);
    filter.add(kChangingModes, SCMP_ACT_ALLOW);
    filter.add(kSignals, SCMP_ACT_ALLOW);
    filter.add(kYielding, SCMP_ACT_ALLOW);
    filter.add(kAttributesByPath, SCMP_ACT_ALLOW);
    allow_asking_about_all(filter);
  } else {
    allow_asking_about_oneself(filter);
    filter.add(kAttributesByPath, SCMP_ACT_ERRNO(ENOTSUP));  // as a file system without them
    filter.add(kChangingFiles, SCMP_ACT_ERRNO(EROFS));  // there is nothing of its own to change
    filter.add(kChangingModes, SCMP_ACT_ERRNO(EROFS));
    allow_ending_own_group(filter);
  }
  filter.add(kChangingMetadata, SCMP_ACT_ERRNO(EROFS));
  filter.add(kChangingAttributes, SCMP_ACT_ERRNO(ENOTSUP));
  filter.add(kRefused, SCMP_ACT_ERRNO(EPERM));
  answer_no_socket(filter);
  allow_clone_within_namespaces(filter);
  allow_mapping_watched_memory(filter);
  allow_harmless_fcntls(filter);
  allow_harmless_ioctls(filter);
  allow_own_limits_and_names(filter);
}

void zygote_rules(Filter& filter) {
  filter.add(kMappingAndDescriptors, SCMP_ACT_ALLOW);
  filter.add(kBasics, SCMP_ACT_ALLOW);
  filter.add(kLooking, SCMP_ACT_ALLOW);
  filter.add(kChangingFiles, SCMP_ACT_ALLOW);
  filter.add(kProcesses, SCMP_ACT_ALLOW);
  filter.add(kSettingUp, SCMP_ACT_ALLOW);
  filter.add(kAttributesByPath, SCMP_ACT_ALLOW);
  allow_asking_about_all(filter);
  answer_no_socket(filter);
  filter.add(kChangingModes, SCMP_ACT_ALLOW);
  filter.add(kChangingMetadata, SCMP_ACT_ERRNO(EROFS));
  filter.add(kChangingAttributes, SCMP_ACT_ERRNO(ENOTSUP));
  allow_harmless_ioctls(filter);
}

void allow_internet(Filter& filter) {
  filter.add(kInternet, SCMP_ACT_ALLOW);
  filter.add_if("socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_INET));
  filter.add_if("socket", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, AF_INET6));
}

void git_rules(Filter& filter, bool internet) {
  filter.add(kMappingAndDescriptors, SCMP_ACT_ALLOW);
  filter.add(kBasics, SCMP_ACT_ALLOW);
  filter.add(kLooking, SCMP_ACT_ALLOW);
  filter.add(kChangingFiles, SCMP_ACT_ALLOW);
  filter.add(kGit, SCMP_ACT_ALLOW);
  filter.add(kAboutProcesses, SCMP_ACT_ALLOW);
  if (internet) allow_internet(filter);
  filter.add_if("clone", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
  filter.add_if("prctl", SCMP_ACT_ALLOW, SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
  allow_harmless_ioctls(filter);
  filter.add_if("ioctl", SCMP_ACT_ALLOW, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFUL, FIONBIO));
}

void rules_for(FilterFor whom, Filter& filter) {
  switch (whom) {
    case FilterFor::Command:
      return command_rules(filter, true);
    case FilterFor::CommandWithoutPidNamespace:
      return command_rules(filter, false);
    case FilterFor::Zygote:
      return zygote_rules(filter);
    case FilterFor::GitHelper:
      return git_rules(filter, true);
    case FilterFor::GitHelperOffline:
      return git_rules(filter, false);
  }
}

Result<BpfProgram> export_program(scmp_filter_ctx context) {
  const UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
  if (!file) return errno_error("making room for a seccomp program", errno);
  if (const int failed = ::seccomp_export_bpf(context, file.get()); failed < 0) {
    return errno_error("exporting a seccomp program", -failed);
  }
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  BpfProgram program(static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size) {
    return errno_error("reading a seccomp program", errno);
  }
  return program;
}

}  // namespace

Result<BpfProgram> compile_filter(FilterFor whom) {
  const CHandle<void, ::seccomp_release> context(::seccomp_init(SCMP_ACT_ERRNO(ENOSYS)));
  if (!context)
    return Error{ErrorKind::Unavailable, "starting a seccomp program: libseccomp refused"};
  // A binary tree over the numbers; a foreign architecture (i386, x32) is killed, which is
  // libseccomp's own default.
  ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  Filter filter{context.get()};
  rules_for(whom, filter);
  if (filter.failed != 0) return errno_error("making a seccomp program", filter.failed);
  return export_program(context.get());
}

}  // namespace lightfast::sandbox
