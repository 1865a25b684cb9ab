#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "app/commands.h"
#include "app/repo_resources.h"
#include "app/services.h"
#include "base/handles.h"
#include "base/log.h"
#include "mcp/contract_tools.h"
#include "mcp/serve.h"
#include "mcp/stdio_transport.h"

namespace lightfast {
namespace {

// Readable once the program should stop: a signal came, or the launcher died.
class StopEvents {
 public:
  // Blocks the signals in this and all later threads.
  static Result<StopEvents> create() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    UniqueFd signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    UniqueFd all(::epoll_create1(EPOLL_CLOEXEC));
    if (!signal_fd || !all) return errno_error("watching for signals", errno);
    StopEvents events(std::move(signal_fd), std::move(all));
    TRY(events.watch(events.signals_.get()));
    return events;
  }

  Result<void> watch(int fd) {
    epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
    if (::epoll_ctl(all_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
      return errno_error("watching for the end", errno);
    return {};
  }

  [[nodiscard]] int fd() const { return all_.get(); }

  // True when `fd`, watched before, is what became readable.
  [[nodiscard]] bool is_readable(int fd) const {
    epoll_event event = {};
    return ::epoll_wait(all_.get(), &event, 1, 0) == 1 && event.data.fd == fd;
  }

 private:
  StopEvents(UniqueFd signals, UniqueFd all) : signals_(std::move(signals)), all_(std::move(all)) {}
  UniqueFd signals_, all_;
};

// Every call that waits for a place has a thread, so that a short one can pass long ones.
mcp::WorkerLimits workers_for(const sandbox::AdmissionLimits& limits) {
  constexpr std::size_t kMore = 16;  // those that wait for a sync, and are refused
  return {.threads = limits.running_per_org + limits.waiting_per_org + kMore, .queue = 64};
}

mcp::Offer offer_of(Services& services, const OrgId& org) {
  mcp::Offer offer{.tools = mcp::contract_tools(services.catalog(), org),
                   .resources = make_repo_resources(services.repo())};
  offer.prompts.push_back(make_context_prompt(services.repo()));
  return offer;
}

}  // namespace

Result<int> run_mcp(const Settings& settings) {
  auto stop = TRY(StopEvents::create());
  auto services = TRY(Services::create(settings));
  TRY(stop.watch(services->launcher().death_fd()));
  auto transport = TRY(mcp::StdioTransport::take_over(stop.fd()));
  mcp::Server server({.instructions = [&services] { return services->instructions(); },
                      .workers = workers_for(services->sandboxes().options().admission)},
                     offer_of(*services, settings.org));
  services->repo().on_change([&server] { server.changes().announce(); });
  services->start();
  const auto served = mcp::serve(server, *transport);
  services->repo().on_change({});
  const bool launcher_died = stop.is_readable(services->launcher().death_fd());
  if (launcher_died) log_for("app").error("stopping reason=\"the sandbox launcher died\"");
  const int exit_code = launcher_died ? 1 : 0;
  // A call that does not heed its cancellation would hold the end up; the launcher ends what it
  // started with us.
  if (!served) std::_Exit(exit_code);
  return exit_code;
}

}  // namespace lightfast
