#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <stop_token>
#include <thread>

#include <catch2/catch.hpp>

#include "base/sockets.h"
#include "tools/web/patience.h"

namespace lightfast::web {
namespace {

using namespace std::chrono_literals;
using Wake = Patience::Wake;

std::unique_ptr<Patience> patience(Clock::duration time, std::stop_token cancelled = {}) {
  return *Patience::create(Clock::now() + time, std::move(cancelled));
}

TEST_CASE("waiting ends with what comes first", "[patience]") {
  const auto pair = *make_socket_pair();
  const int fd = pair.ours.get();
  CHECK(patience(1h)->wait(fd, POLLOUT) == Wake::Ready);
  CHECK(patience(1ms)->wait(fd, POLLIN) == Wake::Late);
  CHECK(patience(-1h)->wait(fd, POLLIN) == Wake::Late);
  CHECK(patience(1h)->wait(fd, POLLIN, Clock::now() + 1ms) == Wake::Late);
  CHECK(patience(1h)->pause(1ms) == Wake::Ready);
  CHECK(patience(1ms)->pause(1h) == Wake::Late);
}

TEST_CASE("a cancellation ends waiting, whether it came before or comes meanwhile", "[patience]") {
  const auto pair = *make_socket_pair();
  std::stop_source before;
  before.request_stop();
  const auto cancelled = patience(1h, before.get_token());
  CHECK(cancelled->wait(pair.ours.get(), POLLOUT) == Wake::Cancelled);
  CHECK(cancelled->pause(1h) == Wake::Cancelled);
  std::stop_source meanwhile;
  const auto waiting = patience(1h, meanwhile.get_token());
  const std::jthread canceller([&meanwhile] {
    std::this_thread::sleep_for(5ms);
    meanwhile.request_stop();
  });
  CHECK(waiting->wait(pair.ours.get(), POLLIN) == Wake::Cancelled);
}

}  // namespace
}  // namespace lightfast::web
