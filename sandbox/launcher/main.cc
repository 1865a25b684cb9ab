// lightfast-launcher: the one small program that keeps the capabilities which namespaces need.
// Single-threaded; holds no secret; speaks the launcher's part of sandbox/protocol.h on descriptor
// 3 and ends with that.
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>
#include <vector>

#include "base/sockets.h"
#include "sandbox/apply.h"
#include "sandbox/launcher/children.h"
#include "sandbox/launcher/control_group.h"
#include "sandbox/launcher/job.h"
#include "sandbox/launcher/probe.h"
#include "sandbox/launcher/spawn.h"

namespace lightfast::sandbox {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kServerSocket = 3;

struct RunningJob {
  pid_t pid = 0;
  UniqueFd reply;
  Clock::time_point kill_at;
  bool timed_out = false;
};

class Launcher {
 public:
  Launcher(UniqueFd server, UniqueFd children)
      : server_(std::move(server)), children_(std::move(children)) {}

  // Until the server is gone. All children die with this process.
  void serve() {
    while (true) {
      auto watched = watched_descriptors();
      ::poll(watched.data(), watched.size(), next_timeout());
      if (watched[1].revents != 0) reap();
      end_unwanted_jobs(watched);
      if (watched[0].revents != 0 && !answer()) return;
    }
  }

 private:
  std::vector<pollfd> watched_descriptors() const {
    std::vector<pollfd> watched = {{.fd = server_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = children_.get(), .events = POLLIN, .revents = 0}};
    for (const auto& job : jobs_)
      watched.push_back({.fd = job.reply.get(), .events = POLLIN, .revents = 0});
    return watched;
  }

  int next_timeout() const {
    if (jobs_.empty()) return -1;
    const auto next = std::ranges::min_element(jobs_, {}, &RunningJob::kill_at)->kill_at;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
  }

  // A job ends when its time is up or when the server hangs up on it.
  void end_unwanted_jobs(const std::vector<pollfd>& watched) {
    const auto now = Clock::now();
    for (auto& job : jobs_) {
      const auto hung_up = std::ranges::any_of(watched, [&job](const pollfd& one) {
        return one.fd == job.reply.get() && one.revents != 0;
      });
      const bool late = now >= job.kill_at;
      if (!hung_up && !late) continue;
      job.timed_out = late && !hung_up;
      job.kill_at = Clock::time_point::max();
      ::kill(job.pid, SIGKILL);
    }
  }

  bool answer() {
    auto packet = receive_packet(server_.get());
    if (!packet || packet->is_end()) return false;
    const auto request = decode_request(packet->bytes);
    if (!request || packet->fds.empty())
      return true;  // the closed reply socket says that nothing came of it
    switch (request->kind) {
      case LauncherRequest::Report:
        report(request->report, packet->fds[0]);
        break;
      case LauncherRequest::OpenWorkspace:
        open_workspace(request->workspace, std::move(packet->fds[0]));
        break;
      case LauncherRequest::RunJob:
        if (packet->fds.size() == 3) run_job(request->job, packet->fds);
        break;
    }
    return true;
  }

  void report(const ReportSpec& spec, const UniqueFd& reply) {
    auto found = probe_tiers(spec, identity_);
    tier_ = found.tier;
    found.controllers = groups_.controllers();
    found.no_controllers_why = groups_.why_not();
    (void)send_packet(reply.get(), encode(found));
  }

  void open_workspace(const WorkspaceSpec& spec, UniqueFd reply) {
    if (!tier_) {
      const ReportSpec probe{.toolbox = spec.toolbox, .host_files = spec.host_files, .all = false};
      tier_ = probe_tiers(probe, identity_).tier;
    }
    const UniqueFd kept(::fcntl(reply.get(), F_DUPFD_CLOEXEC, 0));
    const auto zygote = start_zygote(spec, std::move(reply));
    if (!zygote) {
      (void)send_packet(kept.get(),
                        encode(ZygoteReply{.sandbox = 0, .problem = zygote.error().message}));
    }
  }

  Result<pid_t> start_zygote(const WorkspaceSpec& spec, UniqueFd reply) {
    if (*tier_ == 0) return Error{ErrorKind::Unavailable, "no isolation on this machine"};
    const auto group = TRY(groups_.make(group_limits(spec)));
    return spawn_zygote(*tier_, spec, identity_, std::move(reply), group);
  }

  void run_job(const JobSpec& spec, std::vector<UniqueFd>& fds) {
    JobChannels channels{.reply = std::move(fds[0]),
                         .standard_input = std::move(fds[1]),
                         .standard_output = std::move(fds[2])};
    const auto pid = spawn_job(spec, identity_, channels);
    if (!pid) {
      const JobReply failed{
          .end = JobEnd::SetupFailed, .status = 0, .problem = pid.error().message};
      (void)send_packet(channels.reply.get(), encode(failed));
      return;
    }
    jobs_.push_back({.pid = *pid,
                     .reply = std::move(channels.reply),
                     .kill_at = Clock::now() + std::chrono::milliseconds(spec.wall_clock_ms)});
  }

  void reap() {
    clear_children_events(children_);
    int status = 0;
    for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto job = std::ranges::find(jobs_, ended, &RunningJob::pid);
      if (job == jobs_.end()) continue;
      (void)send_packet(job->reply.get(), encode(reply_of(*job, status)));
      jobs_.erase(job);
    }
    groups_.remove_empty();
  }

  static JobReply reply_of(const RunningJob& job, int status) {
    if (job.timed_out) return {.end = JobEnd::TimedOut, .status = 0, .problem = {}};
    if (!WIFSIGNALED(status)) {
      return {.end = JobEnd::Exited,
              .status = static_cast<std::uint64_t>(WEXITSTATUS(status)),
              .problem = {}};
    }
    const int signal = WTERMSIG(status);
    const JobEnd end = signal == SIGXCPU ? JobEnd::CpuLimit : JobEnd::Signaled;
    return {.end = end, .status = static_cast<std::uint64_t>(signal), .problem = {}};
  }

  UniqueFd server_, children_;
  Identity identity_ = own_identity();
  ControlGroups groups_ = ControlGroups::take_over(::getppid());
  std::optional<int> tier_;
  std::vector<RunningJob> jobs_;
};

constexpr std::uint64_t bit(int capability) { return 1ULL << static_cast<unsigned>(capability); }

// Namespaces and mounts, the maps of uids (CAP_SETFCAP where root is mapped), and ending what runs
// under them.
constexpr std::uint64_t kKept = bit(CAP_SYS_ADMIN) | bit(CAP_SETUID) | bit(CAP_SETGID) |
                                bit(CAP_CHOWN) | bit(CAP_KILL) | bit(CAP_DAC_READ_SEARCH) |
                                bit(CAP_SETPCAP) | bit(CAP_SETFCAP);

int run() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (const auto kept = keep_only_capabilities(kKept); !kept) {
    std::fprintf(stderr, "lightfast-launcher: %s\n", kept.error().message.c_str());
    return 1;
  }
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::signal(SIGPIPE, SIG_IGN);
  ::fcntl(kServerSocket, F_SETFD, FD_CLOEXEC);
  Launcher(UniqueFd(kServerSocket), watch_children()).serve();
  return 0;
}

}  // namespace
}  // namespace lightfast::sandbox

int main() {
  if (::fcntl(lightfast::sandbox::kServerSocket, F_GETFD) < 0) {
    std::fputs("lightfast-launcher is started by lightfast, not by hand\n", stderr);
    return 2;
  }
  return lightfast::sandbox::run();
}
