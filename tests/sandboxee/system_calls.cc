#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "attempts.h"
#include "base/handles.h"

namespace lightfast::sandboxee {
namespace {

// ---- Mounts and namespaces.

Outcome mount_something(Words words) {
  const auto outcome = by(::mount("lightfast", words[0].c_str(), "tmpfs", 0, nullptr));
  if (outcome.verdict == Verdict::Worked) ::umount(words[0].c_str());
  return outcome;
}

Outcome open_file_system(Words /*words*/) {
  const UniqueFd context(static_cast<int>(::syscall(SYS_fsopen, "tmpfs", 1U /* FSOPEN_CLOEXEC */)));
  return by(context.get());
}

Outcome change_root(Words /*words*/) {
  return in_child([] { return ::chroot(".") < 0 ? errno : 0; });
}

Outcome new_user_namespace(Words /*words*/) {
  return in_child([] { return ::unshare(CLONE_NEWUSER) < 0 ? errno : 0; });
}

// What a system call that makes a process returned.
Outcome by_child(long child) {
  if (child == 0) ::_exit(0);
  return by(child);
}

Outcome clone_user_namespace(Words /*words*/) {
  return by_child(
      ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

Outcome clone3_process(Words /*words*/) {
  clone_args arguments = {};
  arguments.exit_signal = SIGCHLD;
  return by_child(::syscall(SYS_clone3, &arguments, sizeof arguments));
}

// ---- Much of where kernels break.

Outcome make_bpf_map(Words /*words*/) {
  bpf_attr attributes = {};
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = 4;
  attributes.value_size = 4;
  attributes.max_entries = 1;
  const UniqueFd map(
      static_cast<int>(::syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof attributes)));
  return by(map.get());
}

Outcome set_up_io_uring(Words /*words*/) {
  io_uring_params parameters = {};
  const UniqueFd ring(static_cast<int>(::syscall(SYS_io_uring_setup, 1, &parameters)));
  return by(ring.get());
}

Outcome handle_page_faults(Words /*words*/) {
  constexpr int kUserModeOnly = 1;
  const UniqueFd faults(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | kUserModeOnly)));
  return by(faults.get());
}

Outcome make_memory_file(Words /*words*/) {
  const UniqueFd file(::memfd_create("lightfast", MFD_CLOEXEC));
  return by(file.get());
}

Outcome use_keyring(Words /*words*/) {
  return by(::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_PROCESS_KEYRING, 1));
}

Outcome count_events(Words /*words*/) {
  perf_event_attr attributes = {};
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_TASK_CLOCK;
  attributes.exclude_kernel = 1;
  const UniqueFd events(static_cast<int>(
      ::syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
  return by(events.get());
}

Outcome share_memory(Words /*words*/) {
  void* room = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return by(room == MAP_FAILED ? -1 : 0);
}

Outcome change_personality(Words /*words*/) {
  return in_child([] { return ::personality(ADDR_NO_RANDOMIZE) < 0 ? errno : 0; });
}

Outcome adopt_orphans(Words /*words*/) {
  return in_child([] { return ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? errno : 0; });
}

Outcome have_kernel_signal(Words /*words*/) {
  return by(::fcntl(STDIN_FILENO, F_SETOWN, ::getpid()));
}

// Into the terminal that is the standard error.
Outcome type_into_terminal(Words /*words*/) {
  char key = 'x';
  return by(::ioctl(STDERR_FILENO, TIOCSTI, &key));
}

// ---- By another architecture's numbers: the call is made unless the process is killed for it.

Outcome call_x32(Words /*words*/) {
  return in_child([] {
    constexpr long kX32 = 0x40000000;
    ::syscall(kX32 | SYS_getpid);
    return 0;
  });
}

Outcome call_i386(Words /*words*/) {
#ifdef __x86_64__
  return in_child([] {
    long answer = 20;  // getpid in i386's table
    asm volatile("int $0x80" : "+a"(answer) : : "memory", "r8", "r9", "r10", "r11");
    return 0;
  });
#else
  return not_tried("another machine");
#endif
}

// ---- What namespaces keep apart.

Outcome see_host_name(Words words) {
  utsname names = {};
  if (::uname(&names) < 0) return by(-1);
  return by_finding(words[0] == names.nodename, names.nodename);
}

Outcome set_host_name(Words /*words*/) {
  utsname names = {};
  ::uname(&names);
  return by(::sethostname(names.nodename, std::strlen(names.nodename)));
}

Outcome attach_shared_memory(Words words) {
  const int which = static_cast<int>(std::strtol(words[0].c_str(), nullptr, 10));
  const void* room = ::shmat(which, nullptr, SHM_RDONLY);
  return by(room == reinterpret_cast<void*>(-1) ? -1 : 0);  // NOLINT(performance-no-int-to-ptr)
}

Outcome see_control_group(Words words) {
  std::ifstream groups("/proc/self/cgroup");
  if (!groups) return by(-1);
  for (std::string line; std::getline(groups, line);) {
    if (line.ends_with(words[0])) return by(0);
  }
  return by_finding(false, "not there");
}

constexpr std::array<Attempt, 23> kAttempts = {{
    {"mount", 1, mount_something},
    {"open-file-system", 0, open_file_system},
    {"change-root", 0, change_root},
    {"new-user-namespace", 0, new_user_namespace},
    {"clone-user-namespace", 0, clone_user_namespace},
    {"clone3", 0, clone3_process},
    {"bpf", 0, make_bpf_map},
    {"io-uring", 0, set_up_io_uring},
    {"page-faults", 0, handle_page_faults},
    {"memory-file", 0, make_memory_file},
    {"keyring", 0, use_keyring},
    {"count-events", 0, count_events},
    {"share-memory", 0, share_memory},
    {"personality", 0, change_personality},
    {"adopt-orphans", 0, adopt_orphans},
    {"kernel-signal", 0, have_kernel_signal},
    {"type-into-terminal", 0, type_into_terminal},
    {"call-x32", 0, call_x32},
    {"call-i386", 0, call_i386},
    {"see-host-name", 1, see_host_name},
    {"set-host-name", 0, set_host_name},
    {"attach-shared-memory", 1, attach_shared_memory},
    {"see-control-group", 1, see_control_group},
}};

}  // namespace

std::span<const Attempt> attempts_on_system_calls() { return kAttempts; }

}  // namespace lightfast::sandboxee
