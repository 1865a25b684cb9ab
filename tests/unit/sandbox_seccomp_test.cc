// Each case is tried for real in a child, first as the machine answers it and then behind the
// filter. What the machine already refuses in the same way would prove nothing, so both must
// differ.
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "sandbox/seccomp_filter.h"
#include "sandbox_child.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

using test::Attempt;
using test::errno_in_child;
using test::errno_unconfined;
using test::TempDirectory;

struct Try {
  const char* what;
  Attempt attempt;
  int answer;  // behind the filter: 0 or an errno value
};

int errno_behind(FilterFor whom, const Attempt& attempt) {
  const auto program = compile_filter(whom);
  REQUIRE(program.has_value());
  return errno_in_child(
      [&program] {
        return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && apply_filter(*program).has_value();
      },
      attempt);
}

// Within a container a filter may be there already and give the same answers.
bool is_filtered_already() { return ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0; }

void check_refused(FilterFor whom, const std::vector<Try>& tries) {
  for (const auto& each : tries) {
    INFO(each.what);
    if (!is_filtered_already()) CHECK(errno_unconfined(each.attempt) != each.answer);
    CHECK(errno_behind(whom, each.attempt) == each.answer);
  }
}

void check_unchanged(FilterFor whom, const std::vector<Try>& tries) {
  for (const auto& each : tries) {
    INFO(each.what);
    CHECK(errno_unconfined(each.attempt) == each.answer);
    CHECK(errno_behind(whom, each.attempt) == each.answer);
  }
}

// An address that no process has, so that the machine itself answers EFAULT before it looks at
// rights.
char* nowhere() { return reinterpret_cast<char*>(1); }  // NOLINT(performance-no-int-to-ptr)

long plain_clone(unsigned long flags) {
  const long child = ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) ::_exit(0);
  return child;
}

TEST_CASE("a command opens no socket", "[seccomp]") {
  check_refused(FilterFor::Command,
                {{"internet", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }, EPERM},
                 {"local", [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }, EPERM},
                 {"netlink", [] { return ::socket(AF_NETLINK, SOCK_RAW, 0); }, EPERM},
                 {"a pair",
                  [] {
                    std::array<int, 2> ends = {};
                    return ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data());
                  },
                  EPERM},
                 {"connect", [] { return ::syscall(SYS_connect, -1, nullptr, 0); }, EPERM}});
}

TEST_CASE("a command changes no mounts, roots, namespaces or users", "[seccomp]") {
  check_refused(
      FilterFor::Command,
      {{"mount", [] { return ::mount(nowhere(), nowhere(), nowhere(), 0, nullptr); }, EPERM},
       {"chroot", [] { return ::chroot("/nonexistent"); }, EPERM},
       {"unshare", [] { return ::unshare(0); }, EPERM},
       {"setns", [] { return ::setns(-1, 0); }, EPERM},
       {"setuid", [] { return ::syscall(SYS_setuid, ::getuid()); }, EPERM},
       {"setresgid", [] { return ::syscall(SYS_setresgid, -1, -1, -1); }, EPERM},
       {"open_tree", [] { return ::syscall(SYS_open_tree, -1, "/nonexistent", 0); }, ENOSYS},
       {"fsopen", [] { return ::syscall(SYS_fsopen, nowhere(), ~0U); }, ENOSYS}});
}

TEST_CASE("a command looks into no process and loads nothing into the kernel", "[seccomp]") {
  check_refused(
      FilterFor::Command,
      {{"ptrace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }, EPERM},
       {"process_vm_readv",
        [] { return ::syscall(SYS_process_vm_readv, ::getpid(), nullptr, 0, nullptr, 0, 0); },
        EPERM},
       {"perf_event_open", [] { return ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); },
        EPERM},
       {"pidfd_open", [] { return ::syscall(SYS_pidfd_open, ::getpid(), 0); }, ENOSYS},
       {"io_uring_setup", [] { return ::syscall(SYS_io_uring_setup, 0, nullptr); }, ENOSYS},
       {"userfaultfd", [] { return ::syscall(SYS_userfaultfd, O_CLOEXEC); }, ENOSYS},
       {"memfd_create", [] { return ::memfd_create("x", MFD_CLOEXEC); }, ENOSYS}});
}

TEST_CASE("a command makes processes but no namespaces", "[seccomp]") {
  check_unchanged(FilterFor::Command, {{"clone", [] { return plain_clone(0); }, 0},
                                       {"fork",
                                        [] {
                                          const pid_t child = ::fork();
                                          if (child == 0) ::_exit(0);
                                          return child;
                                        },
                                        0}});
  // A machine may forbid user namespaces itself, but not by ENOSYS.
  check_refused(FilterFor::Command,
                {{"a user namespace", [] { return plain_clone(CLONE_NEWUSER); }, ENOSYS},
                 {"a network namespace", [] { return plain_clone(CLONE_NEWNET); }, ENOSYS},
                 {"several", [] { return plain_clone(CLONE_NEWUSER | CLONE_NEWPID); }, ENOSYS}});
}

// clone3 and openat2 keep their flags behind pointers, which a filter cannot read; libc falls back
// on ENOSYS.
TEST_CASE("calls whose arguments a filter cannot see are not implemented", "[seccomp]") {
  check_refused(FilterFor::Command,
                {{"clone3", [] { return ::syscall(SYS_clone3, nullptr, 0); }, ENOSYS},
                 {"openat2",
                  [] {
                    const open_how how = {.flags = O_RDONLY, .mode = 0, .resolve = 0};
                    return ::syscall(SYS_openat2, AT_FDCWD, "/", &how, sizeof how);
                  },
                  ENOSYS}});
}

TEST_CASE("metadata is as on a read-only disk", "[seccomp]") {
  const TempDirectory here;
  const auto file = here.with_file("file", "").string();
  const auto device = (here / "device").string();
  const UniqueFd open(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  const int fd = open.get();
  check_refused(
      FilterFor::Command,
      {{"chown", [&] { return ::chown(file.c_str(), ::getuid(), ::getgid()); }, EROFS},
       {"times", [&] { return ::utimensat(AT_FDCWD, file.c_str(), nullptr, 0); }, EROFS},
       {"attributes", [&] { return ::setxattr(file.c_str(), "user.x", "1", 1, 0); }, ENOTSUP},
       {"mknod", [&] { return ::mknod(device.c_str(), S_IFIFO | 0600U, 0); }, EROFS}});
  // Read-only mounts are the bound; where there are none, modes are metadata, too.
  const std::vector<Try> modes = {{"chmod", [&] { return ::chmod(file.c_str(), 0600); }, 0},
                                  {"fchmod", [&] { return ::fchmod(fd, 0600); }, 0}};
  check_unchanged(FilterFor::Command, modes);
  for (const auto& each : modes) {
    INFO(each.what);
    CHECK(errno_behind(FilterFor::CommandWithoutPidNamespace, each.attempt) == EROFS);
  }
}

TEST_CASE("a terminal takes no input from a command", "[seccomp]") {
  std::array<int, 2> ends = {};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  const int fd = reading.get();
  char byte = 'x';
  const auto request = [&](unsigned long number) {
    return [fd, number, &byte] { return ::syscall(SYS_ioctl, fd, number, &byte); };
  };
  check_refused(FilterFor::Command, {{"TIOCSTI", request(TIOCSTI), ENOSYS},
                                     {"TIOCLINUX", request(TIOCLINUX), ENOSYS},
                                     // The kernel looks at the lower half of the number only.
                                     {"TIOCSTI and more", request(TIOCSTI | 1UL << 32U), ENOSYS}});
  check_unchanged(FilterFor::Command, {{"TCGETS, which asks", request(TCGETS), ENOTTY}});
}

TEST_CASE("what every program does goes on as before", "[seccomp]") {
  std::array<int, 2> ends = {};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  const auto execute = [](const char* path) {
    return [path]() -> long {
      char* const arguments[] = {const_cast<char*>("true"), nullptr};
      return ::execve(path, arguments, arguments + 1);
    };
  };
  check_unchanged(
      FilterFor::Command,
      {{"getpid", [] { return ::getpid(); }, 0},
       {"write and read",
        [&] {
          char byte = 'x';
          if (::write(writing.get(), &byte, 1) != 1) return -1L;
          return static_cast<long>(::read(reading.get(), &byte, 1));
        },
        0},
       {"open", [] { return ::open("/", O_RDONLY | O_CLOEXEC); }, 0},
       {"a missing file", [] { return ::open("/nonexistent", O_RDONLY | O_CLOEXEC); }, ENOENT},
       {"memory",
        [] {
          void* at =
              ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          return at == MAP_FAILED ? -1L : 0L;
        },
        0},
       {"a program", execute("/bin/true"), 0}});
}

TEST_CASE("signals are for those with a pid namespace of their own", "[seccomp]") {
  const Attempt to_self = [] { return ::kill(::getpid(), 0); };
  check_unchanged(FilterFor::Command, {{"kill", to_self, 0}});
  check_refused(
      FilterFor::CommandWithoutPidNamespace,
      {{"kill", to_self, EPERM},
       {"tgkill", [] { return ::syscall(SYS_tgkill, ::getpid(), ::gettid(), 0); }, EPERM}});
}

TEST_CASE("a zygote sets sandboxes up but opens no internet socket", "[seccomp]") {
  check_unchanged(
      FilterFor::Zygote,
      {{"mount", [] { return ::mount(nowhere(), nowhere(), nowhere(), 0, nullptr); }, EFAULT}});
  check_refused(FilterFor::Zygote,
                {{"socket", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }, ENOSYS},
                 {"ptrace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }, ENOSYS},
                 {"setns", [] { return ::setns(-1, 0); }, ENOSYS}});
}

TEST_CASE("the git helper opens sockets but starts no processes", "[seccomp]") {
  check_unchanged(FilterFor::GitHelper,
                  {{"socket", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }, 0}});
  check_refused(FilterFor::GitHelper,
                {{"clone", [] { return plain_clone(0); }, ENOSYS},
                 {"ptrace", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }, ENOSYS},
                 {"chroot", [] { return ::chroot("/nonexistent"); }, ENOSYS},
                 {"unshare", [] { return ::unshare(0); }, ENOSYS}});
}

#ifdef __x86_64__
TEST_CASE("calls by the numbers of another architecture kill", "[seccomp]") {
  constexpr long kX32 = 0x40000000;
  const Attempt by_x32 = [] { return ::syscall(kX32 | SYS_getpid); };
  const Attempt by_i386 = [] {
    long answer = 20;  // getpid in i386's table
    asm volatile("int $0x80" : "+a"(answer) : : "memory", "r8", "r9", "r10", "r11");
    return answer;
  };
  const auto whom = GENERATE(FilterFor::Command, FilterFor::CommandWithoutPidNamespace,
                             FilterFor::Zygote, FilterFor::GitHelper);
  CHECK(errno_unconfined(by_x32) != -SIGSYS);
  CHECK(errno_behind(whom, by_x32) == -SIGSYS);
  CHECK(errno_unconfined(by_i386) != -SIGSYS);
  CHECK(errno_behind(whom, by_i386) == -SIGSYS);
}
#endif

TEST_CASE("children and programs they start are behind the same filter", "[seccomp]") {
  const Attempt in_grandchild = []() -> long {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(::socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0);
    int status = 0;
    ::waitpid(child, &status, 0);
    errno = WEXITSTATUS(status);
    return errno == 0 ? 0 : -1;
  };
  check_refused(FilterFor::Command, {{"a child's socket", in_grandchild, EPERM}});
}

}  // namespace
}  // namespace lightfast::sandbox
