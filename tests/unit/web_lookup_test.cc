#include <netdb.h>

#include <chrono>
#include <stop_token>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "hanging_resolver.h"
#include "tools/web/lookup.h"

namespace lightfast::web {
namespace {

using namespace std::chrono_literals;

std::expected<Addresses, Fault> find(const std::string& host, Clock::duration time,
                                     std::stop_token cancelled = {}) {
  const auto patience = *Patience::create(Clock::now() + time, std::move(cancelled));
  return look_up({.host = host, .port = 8080}, *patience);
}

TEST_CASE("addresses, and names of this machine, are found", "[lookup]") {
  for (const auto* host : {"127.0.0.1", "::1", "localhost"}) {
    INFO(host);
    const auto found = find(host, 1h);
    REQUIRE(found);
    CHECK((*found)->ai_socktype == SOCK_STREAM);
  }
}

TEST_CASE("a name that does not exist is said", "[lookup]") {
  const auto found = find("no-such-host.invalid", 1h);
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == Fault::Kind::Other);
  CHECK_THAT(found.error().error.message, Catch::StartsWith("looking up 'no-such-host.invalid': "));
}

TEST_CASE("a resolver that does not answer holds nobody up", "[lookup]") {
  const test::HangingResolver hanging;
  CHECK(find("name.hangs", 1ms).error().kind == Fault::Kind::Late);
  std::stop_source cancelled;
  const std::jthread canceller([&cancelled] {
    std::this_thread::sleep_for(5ms);
    cancelled.request_stop();
  });
  CHECK(find("name.hangs", 1h, cancelled.get_token()).error().kind == Fault::Kind::Cancelled);
}

TEST_CASE("lookups that are left behind are bounded, and an address needs none", "[lookup]") {
  {
    const test::HangingResolver hanging;
    for (int i = 0; i < kMaxLookups; ++i)
      REQUIRE(find("name.hangs", 0ms).error().kind == Fault::Kind::Late);
    const auto refused = find("name.hangs", 1h);
    CHECK(refused.error().kind == Fault::Kind::Other);
    CHECK_THAT(refused.error().error.message, Catch::Contains("64 lookups"));
    CHECK(find("127.0.0.1", 1h));
  }
  const auto is_found_again = [] { return find("localhost", 1h).has_value(); };
  while (!is_found_again()) std::this_thread::sleep_for(1ms);  // the last has yet to let go
}

}  // namespace
}  // namespace lightfast::web
