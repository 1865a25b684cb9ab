#include "sandbox/zygote/init.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <optional>

#include "base/scheduling.h"
#include "sandbox/launcher/children.h"
#include "sandbox/zygote/mappings.h"
#include "sandbox/zygote/process_name.h"
#include "sandbox/zygote_start.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What a script left running in the background may still write before it is ended with the sandbox.
constexpr milliseconds kAfterShell{200};

constexpr int kLeastPriority = 19;  // as nice(1) counts

// Seccomp is on when this is called, so plain write(2) sends the packet.
void tell(int control, const SandboxNotice& notice) {
  const auto bytes = encode(notice);
  while (::write(control, bytes.data(), bytes.size()) < 0 && errno == EINTR) {
  }
}

// Ends everything in the sandbox. The end of a pid namespace's first process is the end of all in
// it; otherwise all are in the init's process group.
bool owns_group = false;
pid_t zygote = 0;

[[noreturn]] void end_all() {
  if (owns_group) ::kill(0, SIGKILL);
  // Processes that end leave their group of the scheduler; many at once would hold up everybody.
  ::setpriority(PRIO_USER, 0, kLeastPriority);
  ::_exit(0);
}

[[noreturn]] void end_with(int control, const SandboxNotice& notice) {
  tell(control, notice);
  // The kernel wakes the server where this process runs, as if that were about to sleep; but a
  // sandbox takes a while to end.
  ::sched_yield();
  end_all();
}

// Without a pid namespace nothing else ends the sandbox when the zygote is killed. All other
// signals stay blocked: what the script may send its own group must not stop or end the init.
void end_group_with_zygote() {
  owns_group = true;
  zygote = ::getppid();
  ::signal(SIGTERM, [](int /*signal*/) {
    if (::getppid() != zygote) ::kill(0, SIGKILL);  // otherwise it is the script's
  });
  sigset_t termination;
  ::sigemptyset(&termination);
  ::sigaddset(&termination, SIGTERM);
  ::sigprocmask(SIG_UNBLOCK, &termination, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
}

// Of the sandbox, as its /proc lists them.
std::uint64_t processes_here() {
  const CHandle<DIR, ::closedir> directory(::opendir("/proc"));
  std::uint64_t count = 0;
  while (directory) {
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])) != 0) ++count;
  }
  return count;
}

// Leaves the shell its three streams and the control channel, whose number this returns.
int join_streams(const InitChannels& channels) {
  constexpr int kControl = 3;
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool joined = null >= 0 && ::dup2(null, STDIN_FILENO) >= 0 &&
                      ::dup2(channels.control, kControl) >= 0 &&
                      ::dup2(channels.standard_output, STDOUT_FILENO) >= 0 &&
                      ::dup2(channels.standard_error, STDERR_FILENO) >= 0;
  if (!joined) ::_exit(126);
  ::syscall(SYS_close_range, kControl + 1U, ~0U, 0U);
  return kControl;
}

// The shell until it has its script. Undoes what the zygote and the init changed of bash.
std::string await_script(const InitChannels& channels, const NewShell& new_shell) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ask_for_short_turns(Children::AsUsual);
  set_process_name("waiting", kBashArgumentCount);
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);  // the links in its /proc/self/fd are for it to open
  const int control = join_streams(channels);
  new_shell.adopt();
  own_pages(new_shell.written);
  std::array<char, kMaxScriptBytes> script;  // on the stack and not cleared: most are short
  ssize_t count = -1;
  while ((count = ::read(control, script.data(), script.size())) < 0 && errno == EINTR) {
  }
  if (count <= 0) ::_exit(0);  // the server does not want this sandbox any more
  ::close(control);
  restore_process_name("bash");
  return {script.data(), static_cast<std::size_t>(count)};
}

// Reaps whatever ended; the shell's status when it was among them. `any_left` says whether children
// remain.
std::optional<int> reap(pid_t shell, bool& any_left) {
  std::optional<int> shell_status;
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(-1, &status, WNOHANG);
    any_left = ended >= 0;
    if (ended <= 0) return shell_status;
    if (ended == shell) shell_status = status;
  }
}

SandboxNotice notice_of(int status) {
  if (WIFSIGNALED(status)) {
    return {.notice = Notice::Signaled,
            .value = static_cast<std::uint64_t>(WTERMSIG(status)),
            .text = {}};
  }
  return {.notice = Notice::Exited,
          .value = static_cast<std::uint64_t>(WEXITSTATUS(status)),
          .text = {}};
}

class Supervisor {
 public:
  Supervisor(int control, const UniqueFd& children, pid_t shell)
      : control_(control), children_(children), shell_(shell) {}

  // Also says so when the limit on processes was reached. Needs a /proc of the sandbox's own.
  void watch_processes(std::uint64_t limit) { process_limit_ = limit; }

  // Waits for the shell, a short while for what it left behind, or the server's hanging up.
  [[noreturn]] void run() {
    // Looks before it waits: the shell may have ended already, with nothing left to hear of it.
    for (;; wait()) {
      bool any_left = true;
      const auto ended = reap(shell_, any_left);
      if (ended) {
        shell_status_ = *ended;
        shell_ended_ = true;
        end_at_ = Clock::now() + kAfterShell;
      }
      if (!shell_ended_) continue;
      // What is left after the shell comes and goes; the limit may show at one moment and not at
      // the next.
      if (any_left) tell_if_processes_ran_out();
      if (!any_left || Clock::now() >= end_at_) end_with(control_, notice_of(shell_status_));
    }
  }

 private:
  void wait() {
    // The one message on the control channel is the shell's to read; hanging up shows without being
    // asked for.
    std::array<pollfd, 2> watched = {{{.fd = children_.get(), .events = POLLIN, .revents = 0},
                                      {.fd = control_, .events = 0, .revents = 0}}};
    int timeout = -1;
    if (shell_ended_) {
      const auto left = std::chrono::ceil<milliseconds>(end_at_ - Clock::now());
      timeout = static_cast<int>(std::max<std::int64_t>(left.count(), 0));
    }
    ::poll(watched.data(), watched.size(), timeout);
    if (watched[1].revents != 0) end_all();
    if (watched[0].revents != 0) clear_children_events(children_);
  }

  // The zygote looks at counts only now and then; what is left at the end tells a command that ran
  // out of processes.
  void tell_if_processes_ran_out() {
    if (process_limit_ == 0) return;
    if (processes_here() + kNearlyAllProcesses >= process_limit_) {
      tell(control_, {.notice = Notice::ProcessesExhausted, .value = 0, .text = {}});
      process_limit_ = 0;  // once is enough
    }
  }

  int control_;
  const UniqueFd& children_;
  pid_t shell_;
  std::uint64_t process_limit_ = 0;  // 0: not watched
  bool shell_ended_ = false;
  Clock::time_point end_at_;
  int shell_status_ = 0;  // as waitpid(2) gives it
};

// Bash's handlers are the shell's: here nothing may run them.
void block_signals() {
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

std::string run_init(const WorkspacePlan& plan, const Limits& limits, Applied& applied,
                     const InitChannels& channels, const NewShell& new_shell) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  set_process_name("init", kBashArgumentCount);
  UniqueFd children = watch_children();
  const auto set_up = apply_steps(plan.sandbox, applied);
  if (!set_up) {
    end_with(channels.control,
             {.notice = Notice::SetupFailed, .value = 0, .text = set_up.error().message});
  }
  const pid_t shell = ::fork();
  if (shell == 0) {
    (void)children.release();
    return await_script(channels, new_shell);
  }
  if (shell < 0) {
    end_with(channels.control,
             {.notice = Notice::SetupFailed, .value = 0, .text = "starting bash: no process left"});
  }
  block_signals();
  if (!plan.own_pid_namespace) end_group_with_zygote();
  ::close(channels.standard_output);
  ::close(channels.standard_error);
  Supervisor supervisor(channels.control, children, shell);
  if (plan.own_pid_namespace) supervisor.watch_processes(limits.processes);
  supervisor.run();
}

}  // namespace lightfast::sandbox
