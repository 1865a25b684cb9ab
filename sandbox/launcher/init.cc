#include "sandbox/launcher/init.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <optional>

#include "base/sockets.h"
#include "sandbox/launcher/children.h"
#include "sandbox/launcher/process_name.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What a script left running in the background may still write before it is ended with the sandbox.
constexpr milliseconds kAfterShell{200};

// Seccomp is on when this is called, so plain write(2) sends the packet.
void tell(const InitChannels& channels, const SandboxNotice& notice) {
  const auto bytes = encode(notice);
  while (::write(channels.control.get(), bytes.data(), bytes.size()) < 0 && errno == EINTR) {
  }
}

// Ends everything in the sandbox. The end of a pid namespace's first process is the end of all in
// it; otherwise all are in the init's process group.
bool owns_group = false;

[[noreturn]] void end_all() {
  if (owns_group) ::kill(0, SIGKILL);
  ::_exit(0);
}

[[noreturn]] void end_with(const InitChannels& channels, const SandboxNotice& notice) {
  tell(channels, notice);
  end_all();
}

// Without a pid namespace nothing else ends the sandbox when the zygote is killed.
void end_group_with_zygote() {
  owns_group = true;
  ::signal(SIGTERM, [](int /*signal*/) { ::kill(0, SIGKILL); });
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

Result<Script> await_script(const InitChannels& channels) {
  std::string bytes(kMaxPacketBytes, '\0');
  ssize_t count = -1;
  while ((count = ::read(channels.control.get(), bytes.data(), bytes.size())) < 0 &&
         errno == EINTR) {
  }
  if (count <= 0) end_all();  // the server does not want this sandbox any more
  bytes.resize(static_cast<std::size_t>(count));
  return decode_script(bytes);
}

// Between fork and exec: system calls only.
[[noreturn]] void become_shell(const WorkspacePlan& plan, const InitChannels& channels,
                               const std::string& script) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) ::_exit(126);
  ::dup2(channels.standard_output.get(), STDOUT_FILENO);
  ::dup2(channels.standard_error.get(), STDERR_FILENO);
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
  const std::string path = "PATH=" + plan.program_path;
  const std::string start = "BASH_ENV=" + plan.start_file;
  // Behind `--` a script that begins with a dash is no option.
  const std::array<const char*, 7> arguments = {"bash", "--noprofile",  "--norc", "-c",
                                                "--",   script.c_str(), nullptr};
  const std::array<const char*, 7> environment = {
      path.c_str(), "HOME=/", "LC_ALL=C.UTF-8", "TZ=UTC", "TERM=dumb", start.c_str(), nullptr};
  ::execve(plan.bash.c_str(), const_cast<char**>(arguments.data()),
           const_cast<char**>(environment.data()));
  ::_exit(126);
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
  Supervisor(const InitChannels& channels, const UniqueFd& children, pid_t shell,
             Clock::time_point deadline)
      : channels_(channels), children_(children), shell_(shell), deadline_(deadline) {}

  // Also says so when the limit on processes was reached. Needs a /proc of the sandbox's own.
  void watch_processes(std::uint64_t limit) { process_limit_ = limit; }

  // Waits for the shell, a short while for what it left behind, the deadline, or the server's
  // hanging up.
  [[noreturn]] void run() {
    while (true) {
      wait();
      bool any_left = true;
      const auto ended = reap(shell_, any_left);
      if (ended) {
        shell_ended_ = true;
        shell_status_ = *ended;
        deadline_ = std::min(deadline_, Clock::now() + kAfterShell);
      }
      const bool late = Clock::now() >= deadline_;
      // What is left after the shell comes and goes; the limit may show at one moment and not at
      // the next.
      if (late || (shell_ended_ && any_left)) tell_if_processes_ran_out();
      if (shell_ended_ && (late || !any_left)) end_with(channels_, notice_of(shell_status_));
      if (late) end_with(channels_, {.notice = Notice::TimedOut, .value = 0, .text = {}});
    }
  }

 private:
  void wait() {
    std::array<pollfd, 2> watched = {
        {{.fd = children_.get(), .events = POLLIN, .revents = 0},
         {.fd = channels_.control.get(), .events = POLLIN, .revents = 0}}};
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - Clock::now());
    ::poll(watched.data(), watched.size(),
           static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (watched[1].revents != 0) end_all();  // closed, or a second message, which nobody sends
    if (watched[0].revents != 0) clear_children_events(children_);
  }

  // The zygote looks at counts only now and then; what is left at the end tells a command that ran
  // out of processes.
  void tell_if_processes_ran_out() {
    if (process_limit_ == 0) return;
    if (processes_here() + kNearlyAllProcesses >= process_limit_) {
      tell(channels_, {.notice = Notice::ProcessesExhausted, .value = 0, .text = {}});
      process_limit_ = 0;  // once is enough
    }
  }

  const InitChannels& channels_;
  const UniqueFd& children_;
  pid_t shell_;
  Clock::time_point deadline_;
  std::uint64_t process_limit_ = 0;  // 0: not watched
  bool shell_ended_ = false;
  int shell_status_ = 0;  // as waitpid(2) gives it
};

}  // namespace

void run_init(const WorkspacePlan& plan, const Limits& limits, Applied& applied,
              InitChannels channels) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  set_process_name("init");
  const UniqueFd children = watch_children();
  const auto set_up = apply_steps(plan.sandbox, applied);
  if (set_up && !plan.own_pid_namespace) end_group_with_zygote();
  const auto script = await_script(channels);
  if (!set_up)
    end_with(channels, {.notice = Notice::SetupFailed, .value = 0, .text = set_up.error().message});
  if (!script)
    end_with(channels, {.notice = Notice::SetupFailed, .value = 0, .text = script.error().message});
  if (script->text.empty()) end_with(channels, {});

  const auto deadline = Clock::now() + std::min(milliseconds(script->timeout_ms), kMaxWallClock);
  const pid_t shell = ::fork();
  if (shell == 0) become_shell(plan, channels, script->text);
  if (shell < 0)
    end_with(channels,
             {.notice = Notice::SetupFailed, .value = 0, .text = "starting bash: no process left"});
  channels.standard_output.reset();
  channels.standard_error.reset();
  Supervisor supervisor(channels, children, shell, deadline);
  if (plan.own_pid_namespace) supervisor.watch_processes(limits.processes);
  supervisor.run();
}

}  // namespace lightfast::sandbox
