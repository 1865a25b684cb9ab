#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "mcp/worker_pool.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::Gate;

TEST_CASE("as many jobs run at once as there are threads, and the queue is bounded") {
  Gate both_started;
  Gate release;
  std::atomic<int> started = 0;
  WorkerPool pool({.threads = 2, .queue = 1});
  const auto job = [&] {
    if (++started == 2) both_started.open();
    (void)release.wait();
  };
  REQUIRE(pool.submit(job));
  REQUIRE(pool.submit(job));
  REQUIRE(both_started.wait());
  CHECK(pool.submit(job));
  CHECK_FALSE(pool.submit(job));
  release.open();
}

TEST_CASE("the pool ends after the jobs that have begun") {
  Gate started;
  Gate release;
  bool is_done = false;
  std::jthread releaser;
  {
    WorkerPool pool({.threads = 1, .queue = 1});
    REQUIRE(pool.submit([&] {
      started.open();
      is_done = release.wait();
    }));
    REQUIRE(started.wait());
    releaser = std::jthread([&] { release.open(); });
  }
  CHECK(is_done);
}

}  // namespace
}  // namespace lightfast::mcp
