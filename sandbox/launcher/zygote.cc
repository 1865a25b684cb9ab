#include "sandbox/launcher/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <map>
#include <optional>

#include "base/sockets.h"
#include "sandbox/launcher/children.h"
#include "sandbox/launcher/init.h"
#include "sandbox/launcher/process_name.h"
#include "sandbox/launcher/watch.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kReadySandboxes = 2;
constexpr milliseconds kLookEvery{20};   // at the memory of what runs
constexpr milliseconds kRefillAfter{2};  // leaves the processor to the command just handed out

// A sandbox waiting for its script, with the server's ends of its channels.
struct Ready {
  pid_t init = 0;
  UniqueFd control, standard_output, standard_error;
  UniqueFd notices;  // the init's end of control: the zygote's own notices go out by it
};

struct Running {
  UniqueFd notices;
  Clock::time_point kill_at;
  bool processes_told = false;
};

Result<std::array<UniqueFd, 2>> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return errno_error("making a pipe", errno);
  return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

void close_all_but(std::array<int, 3> kept) {
  std::ranges::sort(kept);
  unsigned first = 0;
  for (const int fd : kept) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) ::syscall(SYS_close_range, first, next - 1, 0U);
    first = next + 1;
  }
  ::syscall(SYS_close_range, first, ~0U, 0U);
}

class Zygote {
 public:
  Zygote(const WorkspacePlan& plan, const Limits& limits, Applied& applied, const UniqueFd& server)
      : plan_(plan), limits_(limits), applied_(applied), server_(server) {}

  [[noreturn]] void serve(UniqueFd children) {
    while (true) {
      std::array<pollfd, 2> watched = {{{.fd = server_.get(), .events = POLLIN, .revents = 0},
                                        {.fd = children.get(), .events = POLLIN, .revents = 0}}};
      ::poll(watched.data(), watched.size(), next_timeout());
      if (watched[1].revents != 0) reap(children);
      if (watched[0].revents != 0) answer();
      look_after_running();
      refill();
    }
  }

  // Makes one sandbox; the error of the last attempt stays for whoever takes next.
  void prepare_one() {
    auto made = make_sandbox();
    if (made) {
      ready_.push_back(std::move(*made));
      problem_.clear();
    } else {
      problem_ = made.error().message;
    }
  }

 private:
  int next_timeout() const {
    if (refill_at_) return static_cast<int>(kRefillAfter.count());
    return running_.empty() ? -1 : static_cast<int>(kLookEvery.count());
  }

  Result<Ready> make_sandbox() {
    auto control = TRY(make_socket_pair());
    auto output = TRY(make_pipe());
    auto error = TRY(make_pipe());
    const long child = ::syscall(SYS_clone, plan_.sandbox_clone_flags | SIGCHLD, nullptr, nullptr,
                                 nullptr, nullptr);
    if (child < 0) return errno_error("starting a sandbox", errno);
    if (child == 0)
      become_init({std::move(control.theirs), std::move(output[1]), std::move(error[1])});
    return Ready{.init = static_cast<pid_t>(child),
                 .control = std::move(control.ours),
                 .standard_output = std::move(output[0]),
                 .standard_error = std::move(error[0]),
                 .notices = std::move(control.theirs)};
  }

  // Nothing of the zygote's channels may stay open in a sandbox: they reach the server and other
  // sandboxes.
  [[noreturn]] void become_init(InitChannels channels) {
    close_all_but(
        {channels.control.get(), channels.standard_output.get(), channels.standard_error.get()});
    run_init(plan_, limits_, applied_, std::move(channels));
  }

  void answer() {
    const auto packet = receive_packet(server_.get());
    if (!packet || packet->is_end()) end_everything();
    const auto request = decode_zygote_request(packet->bytes);
    if (!request) end_everything();
    if (request->kind == ZygoteRequest::Kill) {
      kill_sandbox(static_cast<pid_t>(request->sandbox));
    } else {
      hand_out();
    }
  }

  void hand_out() {
    if (ready_.empty()) prepare_one();
    if (ready_.empty()) {
      (void)send_packet(server_.get(), encode(ZygoteReply{.sandbox = 0, .problem = problem_}));
      return;
    }
    Ready next = std::move(ready_.front());
    ready_.pop_front();
    const std::array fds = {next.control.get(), next.standard_output.get(),
                            next.standard_error.get()};
    const ZygoteReply reply{.sandbox = static_cast<std::uint64_t>(next.init), .problem = {}};
    if (!send_packet(server_.get(), encode(reply), fds)) end_everything();
    running_.emplace(next.init, Running{.notices = std::move(next.notices),
                                        .kill_at = Clock::now() + kMaxWallClock + kKillGrace});
    refill_at_ = Clock::now() + kRefillAfter;
  }

  void refill() {
    if (!refill_at_ || Clock::now() < *refill_at_) return;
    prepare_one();
    if (ready_.size() >= kReadySandboxes || !problem_.empty()) refill_at_.reset();
  }

  void reap(const UniqueFd& children) {
    clear_children_events(children);
    while (true) {
      const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
      if (ended <= 0) return;
      if (!plan_.own_pid_namespace) ::kill(-ended, SIGKILL);
      running_.erase(ended);
      std::erase_if(ready_, [ended](const Ready& sandbox) { return sandbox.init == ended; });
    }
  }

  // Only what runs longer than one look is ever looked at.
  void look_after_running() {
    const auto now = Clock::now();
    if (running_.empty() || now - looked_at_ < kLookEvery) return;
    looked_at_ = now;
    std::vector<pid_t> inits;
    inits.reserve(running_.size());
    for (const auto& [init, sandbox] : running_) inits.push_back(init);
    for (const auto& [init, usage] : usage_of(inits)) judge(init, usage, now);
  }

  void judge(pid_t init, const Usage& usage, Clock::time_point now) {
    auto& sandbox = running_.at(init);
    if (usage.processes + kNearlyAllProcesses >= limits_.processes && !sandbox.processes_told) {
      sandbox.processes_told = true;
      tell(sandbox, Notice::ProcessesExhausted);
    }
    const bool too_much = usage.memory_bytes > limits_.memory_bytes;
    if (too_much) tell(sandbox, Notice::MemoryExceeded);
    // Where no user namespace counts the sandbox's processes for itself, the look is the limit.
    const bool too_many = !plan_.own_pid_namespace && usage.processes > limits_.processes;
    if (too_many) tell(sandbox, Notice::ProcessesExceeded);
    if (too_much || too_many || now >= sandbox.kill_at) kill_sandbox(init);
  }

  static void tell(const Running& sandbox, Notice notice) {
    (void)send_packet(sandbox.notices.get(),
                      encode(SandboxNotice{.notice = notice, .value = 0, .text = {}}));
  }

  void kill_sandbox(pid_t init) {
    if (!running_.contains(init)) return;
    ::kill(plan_.own_pid_namespace ? init : -init, SIGKILL);
  }

  // In a pid namespace of its own the zygote's end is the end of all; without one its children are
  // killed by name.
  [[noreturn]] void end_everything() {
    if (!plan_.own_pid_namespace) {
      for (const auto& [init, sandbox] : running_) ::kill(-init, SIGKILL);
      for (const auto& sandbox : ready_) ::kill(-sandbox.init, SIGKILL);
    }
    ::_exit(0);
  }

  const WorkspacePlan& plan_;
  const Limits& limits_;
  Applied& applied_;
  const UniqueFd& server_;
  std::deque<Ready> ready_;
  std::map<pid_t, Running> running_;
  std::string problem_;
  std::optional<Clock::time_point> refill_at_;
  Clock::time_point looked_at_;
};

// Where its death would leave the sandboxes alive, the zygote lives until the server's end is
// noticed, and ends them itself.
void die_with_launcher(const WorkspacePlan& plan) {
  if (plan.own_pid_namespace) ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
}

}  // namespace

void run_zygote(const WorkspacePlan& plan, const Limits& limits, Applied applied, UniqueFd server) {
  die_with_launcher(plan);
  ::umask(022);
  set_process_name("zygote");
  UniqueFd children = watch_children();
  const auto set_up = apply_steps(plan.zygote, applied);
  if (!set_up) {
    (void)send_packet(server.get(),
                      encode(ZygoteReply{.sandbox = 0, .problem = set_up.error().message}));
    ::_exit(1);
  }
  applied.parent_uid = ::getuid();
  applied.parent_gid = ::getgid();
  die_with_launcher(plan);  // a change of user cleared it
  Zygote zygote(plan, limits, applied, server);
  zygote.prepare_one();
  (void)send_packet(server.get(), encode(ZygoteReply{}));
  zygote.serve(std::move(children));
}

}  // namespace lightfast::sandbox
