#include "sandbox/runner.h"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>

#include "base/sockets.h"
#include "sandbox/capture.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// What the pipes still hold is read for at most this long after the command ended.
constexpr milliseconds kDrain{500};

// Output is left in the pipes for a while, so that a command is not put aside at each line it
// writes; most have ended by then. For a command that fills a pipe this is a wait.
constexpr Clock::duration kLeaveAtStart = milliseconds(2);
constexpr Clock::duration kLeaveAtMost = milliseconds(2);
constexpr int kLeavePart = 8;               // of the time that it has run
constexpr std::size_t kMuchOutput = 16384;  // of a pipe's 64 KiB: not left again

// As bash writes it when RLIMIT_NPROC refuses it a process. A burst may meet the limit and be over
// before the zygote or the init has counted, but bash was there.
bool says_fork_failed(std::string_view standard_error) {
  return standard_error.contains("fork: retry: Resource temporarily unavailable");
}

class Conversation {
 public:
  Conversation(Workspace& workspace, SandboxHandle sandbox, const Command& command, int stop_event)
      : workspace_(workspace),
        sandbox_(std::move(sandbox)),
        stop_event_(stop_event),
        output_limit_(workspace.spec().limits.output_bytes),
        out_(command.max_output_bytes),
        err_(command.max_output_bytes),
        started_(Clock::now()),
        deadline_(started_ + command.timeout),
        leave_until_(started_ + kLeaveAtStart) {}

  Result<Run> hold(const std::string& script) {
    // Where that fails, a notice or the end of the channel says why.
    script_sent_ = send_packet(sandbox_.control.get(), script).has_value();
    workspace_.begun(sandbox_);
    while (!is_over()) step();
    if (!problem_.empty()) return Error{ErrorKind::Unavailable, problem_};
    const bool by_itself = run_.outcome == Outcome::Exited || run_.outcome == Outcome::Signaled;
    const bool complete = by_itself && !sandbox_.standard_output && !sandbox_.standard_error;
    run_.out = std::move(out_).finish(complete);
    run_.err = std::move(err_).finish(complete);
    if (says_fork_failed(run_.err.head)) run_.processes_exhausted = true;
    run_.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - started_);
    return std::move(run_);
  }

 private:
  bool is_over() const {
    return ended_ && (!sandbox_.standard_output || gave_up_) &&
           (!sandbox_.standard_error || gave_up_);
  }

  void step() {
    const bool leave = !ended_ && Clock::now() < leave_until_;
    std::array<pollfd, 4> watched = {
        {{.fd = leave ? -1 : sandbox_.standard_output.get(), .events = POLLIN, .revents = 0},
         {.fd = leave ? -1 : sandbox_.standard_error.get(), .events = POLLIN, .revents = 0},
         {.fd = sandbox_.control.get(), .events = POLLIN, .revents = 0},
         {.fd = ended_ ? -1 : stop_event_, .events = POLLIN, .revents = 0}}};
    wait(watched, leave ? std::min(leave_until_, deadline_) : deadline_);
    if (watched[0].revents != 0) drain(sandbox_.standard_output, out_);
    if (watched[1].revents != 0) drain(sandbox_.standard_error, err_);
    if (watched[2].revents != 0) hear();
    if (watched[3].revents != 0) stop_for(Outcome::Cancelled);
    if (out_.bytes() + err_.bytes() > output_limit_) stop_for(Outcome::OutputLimit);
    if (Clock::now() >= deadline_) be_late();
  }

  static void wait(std::span<pollfd> watched, Clock::time_point until) {
    using std::chrono::nanoseconds;
    const auto left = std::max<nanoseconds>(until - Clock::now(), nanoseconds(0));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout = {.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    ::ppoll(watched.data(), watched.size(), &timeout, nullptr);
  }

  void drain(UniqueFd& pipe, Capture& capture) {
    const ssize_t count = ::read(pipe.get(), buffer_.data(), buffer_.size());
    if (count > 0) {
      capture.add({buffer_.data(), static_cast<std::size_t>(count)});
      if (static_cast<std::size_t>(count) < kMuchOutput) leave_for_a_while();
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      pipe.reset();
    }
  }

  void leave_for_a_while() {
    const auto now = Clock::now();
    leave_until_ = now + std::min((now - started_) / kLeavePart, kLeaveAtMost);
  }

  void hear() {
    auto packet = receive_packet(sandbox_.control.get());
    const bool was_reset = !packet;
    // An end with the script unread resets the channel once; a notice may be behind that.
    if (was_reset) packet = receive_packet(sandbox_.control.get());
    const auto notice =
        packet && !packet->is_end()
            ? decode_notice(packet->bytes)
            : Result<SandboxNotice>(Error{ErrorKind::Unavailable, "the sandbox was killed"});
    if (!ended_) script_taken_ = !was_reset && is_script_taken();
    if (!notice) {
      // Nothing more will come: the init is gone without a word, killed together with its sandbox.
      sandbox_.control.reset();
      if (!ended_) end_as({.notice = Notice::Signaled, .value = 9, .text = {}});
      return;
    }
    if (notice->notice == Notice::ProcessesExhausted) {
      run_.processes_exhausted = true;
    } else if (!ended_) {
      end_as(*notice);
    }
  }

  // Whether the shell has read the script: until then it is among what the socket still has to
  // deliver (unix(7)); an end of the channel before that is an error of reading.
  bool is_script_taken() const {
    int undelivered = 0;
    return script_sent_ && ::ioctl(sandbox_.control.get(), SIOCOUTQ, &undelivered) == 0 &&
           undelivered == 0;
  }

  void end_as(const SandboxNotice& notice) {
    ended_ = true;
    deadline_ = Clock::now() + kDrain;
    if (!script_taken_) problem_ = "the sandbox died";  // its end is not that of a script
    run_.status = static_cast<int>(notice.value);
    switch (notice.notice) {
      case Notice::Signaled:
        run_.outcome = Outcome::Signaled;
        break;
      case Notice::MemoryExceeded:
        run_.outcome = Outcome::MemoryLimit;
        break;
      case Notice::CpuExceeded:
        run_.outcome = Outcome::CpuLimit;
        break;
      case Notice::ProcessesExceeded:
        run_.outcome = Outcome::ProcessLimit;
        break;
      case Notice::SetupFailed:
        problem_ = "setting up a sandbox: " + notice.text;
        break;
      default:
        run_.outcome = Outcome::Exited;
    }
  }

  // Hanging up has the init end the sandbox, and the zygote kills it in case the init cannot. What
  // it had written until then is still in the pipes.
  void stop_for(Outcome outcome) {
    if (ended_) return;
    ended_ = true;
    run_.outcome = outcome;
    sandbox_.control.reset();
    workspace_.kill(sandbox_);
    deadline_ = Clock::now() + kDrain;
  }

  void be_late() {
    if (!ended_) return stop_for(Outcome::TimedOut);
    gave_up_ = true;
  }

  Workspace& workspace_;
  SandboxHandle sandbox_;
  int stop_event_;
  std::uint64_t output_limit_;
  Capture out_, err_;
  Clock::time_point started_, deadline_, leave_until_;
  Run run_;
  bool script_sent_ = false, script_taken_ = false, ended_ = false, gave_up_ = false;
  std::string problem_;
  std::array<char, 65536> buffer_;
};

}  // namespace

Result<Run> run_in_sandbox(Workspace& workspace, const Command& command,
                           const std::stop_token& stop) {
  if (command.script.empty() || command.script.size() > kMaxScriptBytes)
    return Error{ErrorKind::InvalidArgument, "running a command: it is empty or too long"};
  const UniqueFd stop_event(::eventfd(0, EFD_CLOEXEC));
  if (!stop_event) return errno_error("running a command", errno);
  const std::stop_callback on_stop(stop, [&stop_event] {
    const std::uint64_t one = 1;
    (void)!::write(stop_event.get(), &one, sizeof one);
  });
  return Conversation(workspace, TRY(workspace.take(Clock::now() + command.timeout)), command,
                      stop_event.get())
      .hold(command.script);
}

}  // namespace lightfast::sandbox
