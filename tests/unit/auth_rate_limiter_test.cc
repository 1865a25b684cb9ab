#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "auth/rate_limiter.h"

namespace lightfast::auth {
namespace {

using namespace std::chrono_literals;
using Clock = RateLimiter::Clock;

const Clock::time_point kStart{1000h};

TEST_CASE("a name may come a burst at once and then at the rate", "[rate limiter]") {
  RateLimiter limiter(60, 3);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.take("a", kStart));
  CHECK(limiter.take("a", kStart) == 1s);
  CHECK(limiter.take("a", kStart + 999ms) == 1s);
  CHECK_FALSE(limiter.take("a", kStart + 1s));
  CHECK(limiter.take("a", kStart + 1s) == 1s);
}

TEST_CASE("after a pause there is one burst, however long it was", "[rate limiter]") {
  RateLimiter limiter(60, 3);
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.take("a", kStart));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limiter.take("a", kStart + 1h));
  CHECK(limiter.take("a", kStart + 1h));
}

TEST_CASE("a minute lets as many through as it says", "[rate limiter]") {
  const auto per_minute = GENERATE(1U, 7U, 60U, 600U, 100'000U);
  RateLimiter limiter(per_minute, 1);
  unsigned passed = 0;
  for (auto now = kStart; now < kStart + 1min; now += 100us) {
    if (!limiter.take("a", now)) ++passed;
  }
  CHECK(passed >= per_minute * 99 / 100);
  CHECK(passed <= per_minute + 1);
}

TEST_CASE("the wait is in whole seconds, rounded up, after which it goes well", "[rate limiter]") {
  RateLimiter limiter(7, 1);  // one in 8.57 s
  CHECK_FALSE(limiter.take("a", kStart));
  CHECK(limiter.take("a", kStart) == 9s);
  CHECK(limiter.take("a", kStart + 8s) == 1s);
  CHECK_FALSE(limiter.take("a", kStart + 9s));
}

TEST_CASE("what is refused does not count", "[rate limiter]") {
  RateLimiter limiter(60, 1);
  CHECK_FALSE(limiter.take("a", kStart));
  for (int i = 0; i < 1000; ++i) CHECK(limiter.take("a", kStart) == 1s);
  CHECK_FALSE(limiter.take("a", kStart + 1s));
}

TEST_CASE("names do not know of each other", "[rate limiter]") {
  RateLimiter limiter(60, 1);
  CHECK_FALSE(limiter.take("a", kStart));
  CHECK(limiter.take("a", kStart));
  CHECK_FALSE(limiter.take("b", kStart));
}

TEST_CASE("without a rate nothing is limited or remembered", "[rate limiter]") {
  RateLimiter limiter(0, 0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(limiter.take("a", kStart));
  CHECK(limiter.size() == 0);
}

TEST_CASE("a burst of nothing is one and a huge one is bounded", "[rate limiter]") {
  RateLimiter none(1, 0);
  CHECK_FALSE(none.take("a", kStart));
  CHECK(none.take("a", kStart) == 60s);
  RateLimiter huge(1, 0xFFFF'FFFFU);
  CHECK_FALSE(huge.take("a", kStart));
}

TEST_CASE("names that could start anew are forgotten as others come", "[rate limiter]") {
  RateLimiter limiter(60, 1);
  for (int i = 0; i < 1000; ++i) limiter.take("old-" + std::to_string(i), kStart);
  CHECK(limiter.size() == 1000);
  for (int i = 0; i < 500; ++i) limiter.take("new-" + std::to_string(i), kStart + 2s);
  CHECK(limiter.size() == 500);
}

TEST_CASE("there are never more names than the bound", "[rate limiter]") {
  RateLimiter limiter(1, 1);
  for (std::size_t i = 0; i < kMaxBuckets + 1000; ++i) limiter.take(std::to_string(i), kStart);
  CHECK(limiter.size() == kMaxBuckets);
  CHECK(limiter.take(std::to_string(kMaxBuckets + 999), kStart));  // a late one is remembered
  CHECK_FALSE(limiter.take("0", kStart));                          // the first is forgotten
}

TEST_CASE("a name that keeps coming is not among the forgotten", "[rate limiter]") {
  RateLimiter limiter(1, 1);
  CHECK_FALSE(limiter.take("busy", kStart));
  for (std::size_t i = 0; i < kMaxBuckets + 1000; ++i) {
    limiter.take(std::to_string(i), kStart);
    if (i % 1000 == 0) CHECK(limiter.take("busy", kStart));
  }
  CHECK(limiter.take("busy", kStart));
}

TEST_CASE("many threads together get what one would", "[rate limiter]") {
  RateLimiter limiter(60, 100);
  std::vector<int> passed(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : passed) {
      threads.emplace_back([&limiter, &count] {
        for (int i = 0; i < 1000; ++i) count += limiter.take("a", kStart) ? 0 : 1;
      });
    }
  }
  CHECK(passed[0] + passed[1] + passed[2] + passed[3] == 100);
}

}  // namespace
}  // namespace lightfast::auth
