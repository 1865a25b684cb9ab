#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <semaphore>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <spdlog/sinks/ostream_sink.h>

#include "base/log.h"
#include "temp_directory.h"
#include "tools/ingest/keeper.h"

namespace lightfast::ingest {
namespace {

using namespace std::chrono_literals;
using test::TempDirectory;

const OrgId org{"acme"};

std::string line(const std::string& id) {
  return R"({"id":")" + id +
         R"(","source":"test","type":"a.b","occurredAt":"2026-03-01T12:00:00Z","subject":"a:b"})" +
         "\n";
}

Delivery with_events(const std::string& id) {
  return {.provider = "linear",
          .org = org,
          .id = id,
          .event = "issue.update",
          .needs_sync = false,
          .events = line(id + ".1") + line(id + ".2"),
          .payload = store::pack("body of " + id),
          .payload_bytes = static_cast<std::int64_t>(std::string("body of ").size() + id.size()),
          .received_at = Time(1s)};
}

Ledger opened(const TempDirectory& here) {
  auto ledger = Ledger::open(here.path());
  if (!ledger) FAIL(ledger.error().message);
  return *std::move(ledger);
}

// A store that does what it is told.
struct FakeStore {
  std::mutex mutex;
  std::vector<std::string> ids, sent;
  std::optional<Error> error;
  int asked = 0;

  Keeper::Keep keep() {
    return
        [this](const OrgId&, std::span<const store::Delivery> deliveries) -> Result<std::size_t> {
          const std::lock_guard lock(mutex);
          ++asked;
          if (error) return *error;
          std::size_t count = 0;
          for (const auto& [events, payload] : deliveries) {
            for (const auto& event : events) ids.push_back(event.id);
            sent.push_back(payload.delivery + ": " + store::unpack(payload).value());
            count += events.size();
          }
          return count;
        };
  }
};

bool eventually(const std::function<bool()>& is_so) {
  for (int i = 0; i < 1000; ++i) {
    if (is_so()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

TEST_CASE("events are kept in the order in which they came, and then their deliveries are done") {
  const TempDirectory here;
  auto ledger = opened(here);
  FakeStore store;
  Keeper keeper(opened(here), store.keep());
  keeper.start();
  auto broken = with_events("2");
  broken.events.insert(0, "no event\n");
  REQUIRE(ledger.add({with_events("1"), broken}));
  keeper.wake();
  REQUIRE(eventually([&] { return ledger.list(Status::Done, 10).value().size() == 2; }));
  const std::lock_guard lock(store.mutex);
  CHECK(store.ids == std::vector<std::string>{"1.1", "1.2", "2.1", "2.2"});
  CHECK(store.sent == std::vector<std::string>{"1: body of 1", "2: body of 2"});
  CHECK(keeper.state().kept.at(org) == 4);
}

TEST_CASE("what somebody else writes just now is asked again, and nothing is lost") {
  const TempDirectory here;
  auto ledger = opened(here);
  FakeStore store;
  store.error = Error{ErrorKind::Unavailable, "it is being written"};
  std::ostringstream log;
  auto& sinks = log_for("ingest").sinks();
  sinks.push_back(std::make_shared<spdlog::sinks::ostream_sink_mt>(log));
  Keeper keeper(opened(here), store.keep());
  REQUIRE(ledger.add({with_events("1")}));
  keeper.start();
  REQUIRE(eventually([&] { return std::lock_guard(store.mutex), store.asked > 1; }));
  CHECK(ledger.list(Status::Waiting, 10).value().at(0).attempts == 0);
  std::unique_lock(store.mutex), store.error.reset();
  CHECK(eventually([&] { return ledger.list(Status::Done, 10).value().size() == 1; }));
  REQUIRE(keeper.end(60s));
  sinks.pop_back();
  const auto said = log.str();
  CHECK_THAT(said, Catch::Contains("org=acme events=postponed reason=\"it is being written\""));
  CHECK(said.find("postponed") == said.rfind("postponed"));
}

TEST_CASE("what a store does not take stays in the ledger") {
  const TempDirectory here;
  auto ledger = opened(here);
  FakeStore store;
  store.error = Error{ErrorKind::Corrupt, "it is damaged"};
  Keeper keeper(opened(here), store.keep());
  REQUIRE(ledger.add({with_events("1")}));
  keeper.start();
  REQUIRE(eventually([&] { return ledger.list({}, 1).value().at(0).reason == "it is damaged"; }));
  CHECK(ledger.pending(org, 1).value().at(0).events == with_events("1").events);
}

TEST_CASE("a store that takes its time does not hold up the end") {
  const TempDirectory here;
  auto ledger = opened(here);
  std::binary_semaphore asked(0);
  std::binary_semaphore answers(0);
  Keeper keeper(opened(here), [&](const OrgId&, std::span<const store::Delivery>) {
    asked.release();
    answers.acquire();
    return Result<std::size_t>(2);
  });
  CHECK(keeper.end(0ms));
  REQUIRE(ledger.add({with_events("1")}));
  keeper.start();
  asked.acquire();
  CHECK_FALSE(keeper.end(20ms));
  answers.release();
  CHECK(keeper.end(60s));
}

}  // namespace
}  // namespace lightfast::ingest
