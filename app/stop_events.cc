#include "app/stop_events.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <cerrno>

namespace lightfast {

Result<StopEvents> StopEvents::create(Hangup hangup) {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) ::sigaddset(&signals, signal);
  if (hangup == Hangup::IsEnd) ::sigaddset(&signals, SIGHUP);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd signal_fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  UniqueFd all(::epoll_create1(EPOLL_CLOEXEC));
  if (!signal_fd || !all) return errno_error("watching for signals", errno);
  StopEvents events(std::move(signal_fd), std::move(all));
  TRY(events.watch(events.signals_.get()));
  return events;
}

Result<void> StopEvents::watch(int fd) {
  epoll_event event = {.events = EPOLLIN, .data = {.fd = fd}};
  if (::epoll_ctl(all_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return errno_error("watching for the end", errno);
  return {};
}

bool StopEvents::is_readable(int fd) const {
  epoll_event event = {};
  return ::epoll_wait(all_.get(), &event, 1, 0) == 1 && event.data.fd == fd;
}

}  // namespace lightfast
