#include <atomic>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>

#include "mcp/worker_pool.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::Gate;

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

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

TEST_CASE("threads beyond those kept end when there is nothing to do, and come again") {
  std::atomic<int> done = 0;
  const auto others = threads_of_this_process();
  WorkerPool pool({.threads = 6, .queue = 9, .kept = 1, .idle = std::chrono::milliseconds(20)});
  for (int round = 1; round <= 3; ++round) {
    Gate all_started;
    std::atomic<int> started = 0;
    for (int i = 0; i < 6; ++i) {
      REQUIRE(pool.submit([&] {
        if (++started == 6) all_started.open();
        CHECK(all_started.wait());
        ++done;
      }));
    }
    while (done < 6 * round) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(threads_of_this_process() <= others + 1);
  }
}

TEST_CASE("a pool may end while its threads retire") {
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> done = 0;
    WorkerPool pool({.threads = 8, .queue = 8, .kept = 0, .idle = std::chrono::milliseconds(1)});
    for (int i = 0; i < 8; ++i) REQUIRE(pool.submit([&] { ++done; }));
    while (done < 8) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(500 + round * 10));
  }
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
