#include "tools/web/patience.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace lightfast::web {
namespace {

void set_event(int fd) {
  ::eventfd_write(fd, 1);  // only fails when the counter is full, which is set as well
}

// For poll(2): rounded up, so that the time has passed when it says so.
int milliseconds_until(Clock::time_point time) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(time - Clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), milliseconds(3'600'000)).count());
}

}  // namespace

Result<std::unique_ptr<Patience>> Patience::create(Clock::time_point deadline,
                                                   std::stop_token cancelled) {
  UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake) return errno_error("waiting for a server", errno);
  return std::unique_ptr<Patience>(new Patience(deadline, std::move(cancelled), std::move(wake)));
}

Patience::Patience(Clock::time_point deadline, std::stop_token cancelled, UniqueFd wake)
    : deadline_(deadline),
      cancelled_(std::move(cancelled)),
      wake_(std::move(wake)),
      on_cancel_(cancelled_, [fd = wake_.get()] { set_event(fd); }) {}

Patience::Wake Patience::wait(int fd, short events, Clock::time_point limit) const {
  std::array<pollfd, 2> watched = {pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                                   pollfd{.fd = fd, .events = events, .revents = 0}};
  for (;;) {
    const int ready =
        ::poll(watched.data(), watched.size(), milliseconds_until(std::min(limit, deadline_)));
    if (ready < 0 && errno == EINTR) continue;
    if (watched[0].revents != 0) return Wake::Cancelled;
    return ready == 0 ? Wake::Late : Wake::Ready;
  }
}

Patience::Wake Patience::pause(std::chrono::milliseconds time) const {
  const auto end = Clock::now() + time;
  if (wait(-1, 0, end) == Wake::Cancelled) return Wake::Cancelled;
  return end <= deadline_ ? Wake::Ready : Wake::Late;
}

}  // namespace lightfast::web
