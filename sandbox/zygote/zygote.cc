#include "sandbox/zygote/zygote.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

#include "base/files.h"
#include "base/scheduling.h"
#include "base/sockets.h"
#include "sandbox/apply.h"
#include "sandbox/launcher/children.h"
#include "sandbox/zygote/init.h"
#include "sandbox/zygote/mappings.h"
#include "sandbox/zygote/process_name.h"
#include "sandbox/zygote/watch.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kLookEvery{20};  // at the memory of what runs
constexpr int kLooksWithoutTimes = 4;   // between two at its processor time

// How long an order waits while as many are ready as are in use, which have the processor first.
constexpr milliseconds kLeaveProcessor{50};

// The two ends of a sandbox's channels.
struct Channels {
  SocketPair control;
  std::array<UniqueFd, 2> output, error;
};

struct Sandbox {
  UniqueFd notices;  // the init's end of its control channel: the zygote's own notices go out by it
};

struct InUse {
  Clock::time_point begun_at;
  bool processes_told = false;
  bool is_heavy = false;  // once, always
};

constexpr int kLeastPriority = 19;  // as nice(1) counts
constexpr milliseconds kLong{100};  // a command that runs for longer lets others go first

// However many processes a command has, it has the share of the processor of about two; one that
// takes long lets others go first. As nice(1) counts: a step is a quarter.
int niceness_of(std::uint64_t processes, Clock::duration running) {
  constexpr int kNicenessOfLong = 5;
  constexpr double kStep = 1.25;
  const double too_many = static_cast<double>(processes) / 2;
  const int for_processes =
      too_many > 1 ? static_cast<int>(std::log(too_many) / std::log(kStep)) : 0;
  return std::min(std::max(for_processes, running > kLong ? kNicenessOfLong : 0), kLeastPriority);
}

std::uint64_t ticks_per_second() {
  static const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks;
}

// Whether other organisations are to go first. What holds much memory takes long to end, too. What
// has waited long is not heavy: it may be the one that others hold up.
bool is_heavy(const Usage& usage) {
  constexpr std::uint64_t kManyProcesses = 16;
  constexpr std::uint64_t kMuchMemory = 128ULL << 20U;
  const std::uint64_t much_time = ticks_per_second() / 20;
  return usage.processes > kManyProcesses || usage.memory_bytes > kMuchMemory ||
         usage.cpu_ticks >= much_time;
}

// An organisation that has a heavy command soon has the next one, and changes take effect late.
constexpr milliseconds kYieldOn{1000};

void slow_down(const std::vector<pid_t>& processes, int niceness) {
  if (niceness == 0) return;
  for (const pid_t process : processes) {
    // Threads of a process have a niceness each; new ones have that of the one that makes them.
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(process), niceness);
  }
}

// The server reads without waiting; programs write as ever.
Result<std::array<UniqueFd, 2>> make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  const bool made =
      ::pipe2(ends.data(), O_CLOEXEC) == 0 && ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
  if (!made) return errno_error("making a pipe", errno);
  return std::array{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Result<Channels> make_channels() {
  auto control = TRY(make_socket_pair());
  auto output = TRY(make_pipe());
  auto error = TRY(make_pipe());
  return Channels{
      .control = std::move(control), .output = std::move(output), .error = std::move(error)};
}

// What a new sandbox keeps of `channels`. Nothing of the zygote's own may stay open in it: that
// reaches the server and other sandboxes. Descriptors are closed here, not by their owners.
InitChannels keep_only_theirs(Channels& channels) {
  const InitChannels theirs{.control = channels.control.theirs.release(),
                            .standard_output = channels.output[1].release(),
                            .standard_error = channels.error[1].release()};
  (void)channels.control.ours.release();
  (void)channels.output[0].release();
  (void)channels.error[0].release();
  std::array kept = {theirs.control, theirs.standard_output, theirs.standard_error};
  std::ranges::sort(kept);
  unsigned first = STDERR_FILENO + 1;
  for (const int fd : kept) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) ::syscall(SYS_close_range, first, next - 1, 0U);
    first = next + 1;
  }
  ::syscall(SYS_close_range, first, ~0U, 0U);
  return theirs;
}

class Zygote {
 public:
  Zygote(ZygoteStart start, UniqueFd server, void (*adopt)())
      : plan_(plan_workspace(start.tier, start.workspace, start.launcher)),
        limits_(start.workspace.limits),
        server_(std::move(server)),
        new_shell_{.adopt = adopt, .written = written_mappings()},
        can_yield_(start.tier == 1) {
    applied_.parent_uid = ::getuid();
    applied_.parent_gid = ::getgid();
    applied_.filters = std::move(start.filters);
  }

  // Returns in the shell of a new sandbox only.
  std::string serve() {
    (void)send_packet(server_.get(), encode(ZygoteReply{}));
    while (true) {
      std::array<pollfd, 2> watched = {{{.fd = server_.get(), .events = POLLIN, .revents = 0},
                                        {.fd = children_.get(), .events = POLLIN, .revents = 0}}};
      ::poll(watched.data(), watched.size(), next_timeout());
      if (watched[1].revents != 0) reap();
      if (watched[0].revents != 0) hear();
      look_at_those_in_use();
      if (is_order_due() && fill_order()) return std::move(script_);
    }
  }

 private:
  bool is_order_due() const {
    if (orders_ == 0) return false;
    const auto ready = sandboxes_.size() - in_use_.size();
    return in_use_.empty() || ready < in_use_.size() ||
           Clock::now() - ordered_at_ >= kLeaveProcessor;
  }

  int next_timeout() const {
    if (is_order_due()) return 0;
    if (orders_ > 0) return static_cast<int>(kLeaveProcessor.count());
    const bool at_rest = in_use_.empty() && !yields_;
    return at_rest ? -1 : static_cast<int>(kLookEvery.count());
  }

  void hear() {
    const auto packet = receive_packet(server_.get());
    if (!packet || packet->is_end()) end_everything();
    const auto request = decode_zygote_request(packet->bytes);
    if (!request) end_everything();
    const auto sandbox = static_cast<pid_t>(request->sandbox);
    if (request->kind == ZygoteRequest::Kill) return kill_sandbox(sandbox);
    has_neighbours_ = request->has_neighbours;
    ++orders_;
    ordered_at_ = Clock::now();
    if (sandboxes_.contains(sandbox)) {
      in_use_.emplace(sandbox, InUse{.begun_at = Clock::now()});
    }
  }

  // Makes one sandbox and hands it to the server. True in that sandbox's shell.
  bool fill_order() {
    --orders_;
    auto channels = make_channels();
    if (!channels) {
      refuse(channels.error().message);
      return false;
    }
    const long child = ::syscall(SYS_clone, plan_.sandbox_clone_flags | SIGCHLD, nullptr, nullptr,
                                 nullptr, nullptr);
    if (child == 0) {
      script_ = run_init(plan_, limits_, applied_, keep_only_theirs(*channels), new_shell_);
      return true;
    }
    if (child < 0) {
      refuse(errno_error("starting a sandbox", errno).message);
      return false;
    }
    hand_over(static_cast<pid_t>(child), *channels);
    return false;
  }

  void refuse(const std::string& problem) {
    (void)send_packet(server_.get(), encode(ZygoteReply{.sandbox = 0, .problem = problem}));
  }

  void hand_over(pid_t init, Channels& channels) {
    const std::array fds = {channels.control.ours.get(), channels.output[0].get(),
                            channels.error[0].get()};
    const ZygoteReply reply{.sandbox = static_cast<std::uint64_t>(init), .problem = {}};
    if (!send_packet(server_.get(), encode(reply), fds)) end_everything();
    sandboxes_.emplace(init, Sandbox{.notices = std::move(channels.control.theirs)});
  }

  void reap() {
    clear_children_events(children_);
    while (true) {
      const pid_t ended = ::waitpid(-1, nullptr, WNOHANG);
      if (ended <= 0) return;
      if (!plan_.own_pid_namespace) ::kill(-ended, SIGKILL);
      sandboxes_.erase(ended);
      in_use_.erase(ended);
    }
  }

  // Only what runs longer than one look is ever looked at.
  void look_at_those_in_use() {
    const auto now = Clock::now();
    if (in_use_.empty()) return yield_as_group(now);
    if (now - looked_at_ < kLookEvery) return;
    looked_at_ = now;
    std::vector<pid_t> inits;
    inits.reserve(in_use_.size());
    for (const auto& [init, use] : in_use_) inits.push_back(init);
    looks_ = (looks_ + 1) % (kLooksWithoutTimes + 1);
    const auto look = looks_ == 0 ? Look::WithTimes : Look::Quick;
    for (const auto& [init, usage] : usage_of(inits, look)) {
      auto& use = in_use_.at(init);
      use.is_heavy = use.is_heavy || is_heavy(usage);
      if (use.is_heavy) heavy_at_ = now;
      judge(init, usage, now);
    }
    yield_as_group(now);
  }

  // Where the kernel groups sessions (sched(7), autogroup), the organisation as a whole lets others
  // go first. Not where it is the only one: it would wait for everything else on the machine. The
  // kernel takes no more than ten changes a second; the next look tries again.
  void yield_as_group(Clock::time_point now) {
    const bool yield = has_neighbours_ && now - heavy_at_ < kYieldOn;
    if (yield == yields_ || !can_yield_) return;
    const UniqueFd group(::open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
    if (!group || write_all(group.get(), std::to_string(yield ? kLeastPriority : 0)))
      yields_ = yield;
  }

  void judge(pid_t init, const TreeUsage& usage, Clock::time_point now) {
    auto& use = in_use_.at(init);
    if (usage.processes + kNearlyAllProcesses >= limits_.processes && !use.processes_told) {
      use.processes_told = true;
      tell(init, Notice::ProcessesExhausted);
    }
    slow_down(usage.members, niceness_of(usage.processes, now - use.begun_at));
    const bool too_much = usage.memory_bytes > limits_.memory_bytes;
    if (too_much) tell(init, Notice::MemoryExceeded);
    const bool too_long = usage.cpu_ticks > limits_.cpu_seconds * ticks_per_second();
    if (too_long) tell(init, Notice::CpuExceeded);
    // Where no user namespace counts the sandbox's processes for itself, the look is the limit.
    const bool too_many = !plan_.own_pid_namespace && usage.processes > limits_.processes;
    if (too_many) tell(init, Notice::ProcessesExceeded);
    const bool too_late = now >= use.begun_at + limits_.wall_clock + kKillGrace;
    if (!too_much && !too_long && !too_many && !too_late) return;
    slow_down(usage.members, kLeastPriority);  // its end is work, too
    kill_sandbox(init);
  }

  void tell(pid_t init, Notice notice) {
    (void)send_packet(sandboxes_.at(init).notices.get(),
                      encode(SandboxNotice{.notice = notice, .value = 0, .text = {}}));
  }

  void kill_sandbox(pid_t init) {
    if (!sandboxes_.contains(init)) return;
    ::kill(plan_.own_pid_namespace ? init : -init, SIGKILL);
  }

  // In a pid namespace of its own the zygote's end is the end of all; without one its children are
  // killed by name.
  [[noreturn]] void end_everything() {
    if (!plan_.own_pid_namespace) {
      for (const auto& [init, sandbox] : sandboxes_) ::kill(-init, SIGKILL);
    }
    ::_exit(0);
  }

  const WorkspacePlan plan_;
  const Limits limits_;
  Applied applied_;
  UniqueFd server_;
  const NewShell new_shell_;
  UniqueFd children_ = watch_children();
  std::size_t orders_ = 0;
  std::map<pid_t, Sandbox> sandboxes_;  // that wait or are in use
  std::map<pid_t, InUse> in_use_;
  Clock::time_point looked_at_, ordered_at_;
  Clock::time_point heavy_at_;  // when a heavy command was last seen
  int looks_ = 0;
  const bool can_yield_;         // in tier 1, where there may be several organisations
  bool has_neighbours_ = false;  // at the last order
  bool yields_ = false;
  std::string script_;  // of the sandbox whose shell this process became
};

}  // namespace

std::string run_zygote(ZygoteStart start, UniqueFd server, void (*new_shell)()) {
  set_process_name("zygote", kBashArgumentCount);
  ask_for_short_turns(Children::Alike);
  // Never destroyed: in a sandbox its descriptors are closed already.
  auto& zygote = *new Zygote(std::move(start), UniqueFd(server.release()), new_shell);
  return zygote.serve();
}

}  // namespace lightfast::sandbox
