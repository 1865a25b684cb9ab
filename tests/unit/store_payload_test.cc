#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>

#include "store_events.h"
#include "temp_directory.h"
#include "tools/store/payload.h"
#include "tools/store/store.h"

namespace lightfast::store {
namespace {

using lightfast::test::TempDirectory;
using test::event;

constexpr Moment kReceived{std::chrono::seconds(1'000)};
const Store::Progress quietly = [](std::int64_t, std::int64_t) {};

Payload payload(const std::string& delivery, const std::string& sent, Moment received = kReceived) {
  return {.provider = "github",
          .delivery = delivery,
          .kind = "issues",
          .received_at = received,
          .bytes = static_cast<std::int64_t>(sent.size()),
          .packed = pack(sent)};
}

std::string sent(Store& store, const std::string& event) {
  const auto payload = store.payload(event);
  return payload ? unpack(*payload).value() : payload.error().message;
}

std::string long_text(int number) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += std::to_string(i * (number + 1)) + ' ';
  return text;
}

class Fixture {
 public:
  Fixture() : writer(StoreWriter::open(here_ / "store.db", "a test").value()) {}

  void add(const std::vector<Delivery>& deliveries) {
    const auto added = writer.add(deliveries, kReceived);
    if (!added) FAIL(added.error().message);
  }
  [[nodiscard]] std::string sent(const std::string& event) {
    return store::sent(writer.store(), event);
  }
  [[nodiscard]] std::int64_t count() { return writer.store().stats()->payloads.count; }

 private:
  TempDirectory here_;

 public:
  StoreWriter writer;
};

TEST_CASE("what is packed unpacks, and what is damaged says so", "[store]") {
  for (const auto& text : {std::string("x"), std::string("{}"), long_text(1),
                           std::string(3 << 20, '\0'), std::string("\x00\xff\x01", 3)}) {
    auto kept = payload("1", text);
    CHECK(kept.packed.size() <= text.size());
    CHECK(unpack(kept).value() == text);
  }
  const auto whole = payload("1", long_text(1));
  auto cut = whole;
  cut.packed.resize(cut.packed.size() / 2);
  auto longer = whole;
  longer.bytes += 1;
  auto huge = whole;
  huge.bytes = INT64_MAX;
  auto negative = whole;
  negative.bytes = -1;
  for (const auto& broken : {cut, longer, huge, negative})
    CHECK(unpack(broken).error().kind == ErrorKind::Corrupt);
}

TEST_CASE("each event of a delivery has its payload, and no other", "[store]") {
  Fixture fixture;
  fixture.add({{.events = {event("a", 1), event("b", 2)}, .payload = payload("1", "first")},
               {.events = {event("c", 3)}, .payload = {}},
               {.events = {event("b", 2), event("d", 4)}, .payload = payload("2", "second")}});
  REQUIRE(fixture.writer.add(std::vector{event("e", 5)}, kReceived));
  CHECK(fixture.sent("a") == "first");
  CHECK(fixture.sent("b") == "first");
  CHECK(fixture.sent("d") == "second");
  for (const auto* const without : {"c", "e", "nothing"})
    CHECK(fixture.writer.store().payload(without).error().kind == ErrorKind::NotFound);
  CHECK(fixture.writer.store().check(quietly)->empty());
}

TEST_CASE("what says nothing new leaves no payload", "[store]") {
  Fixture fixture;
  fixture.add({{.events = {event("a", 1)}, .payload = payload("1", "first")}});
  fixture.add({{.events = {event("a", 1)}, .payload = payload("2", "second")}});
  CHECK(fixture.count() == 1);
  CHECK(fixture.sent("a") == "first");
}

TEST_CASE("payloads are forgotten by age without their events, and with them", "[store]") {
  Fixture fixture;
  fixture.add({{.events = {event("a", 1), event("b", 90)}, .payload = payload("1", "first", {})},
               {.events = {event("d", 91), event("c", 2)}, .payload = payload("2", "second")},
               {.events = {event("e", 92)}, .payload = payload("3", "third")}});
  const auto by_age = fixture.writer.compact({.payloads_since = kReceived}, quietly);
  CHECK((by_age->payloads == 1 && by_age->events == 0));
  CHECK(fixture.sent("d") == "second");
  CHECK(fixture.writer.store().stats()->events == 5);
  const auto with_events =
      fixture.writer.compact({.since = Moment(std::chrono::seconds(50))}, quietly);
  CHECK(with_events->payloads == 1);
  CHECK(fixture.sent("e") == "third");
  CHECK(fixture.writer.store().payload("d").error().kind == ErrorKind::NotFound);
  CHECK(fixture.writer.store().check(quietly)->empty());
}

TEST_CASE("when the newest event is forgotten, no later one takes its payload", "[store]") {
  Fixture fixture;
  fixture.add({{.events = {event("new", 90), event("old", 1)}, .payload = payload("1", "first")}});
  REQUIRE(fixture.writer.compact({.since = Moment(std::chrono::seconds(50))}, quietly));
  REQUIRE(fixture.writer.add(std::vector{event("later", 91)}, kReceived));
  CHECK(fixture.count() == 0);
  CHECK(fixture.writer.store().payload("later").error().kind == ErrorKind::NotFound);
}

TEST_CASE("where not all can be forgotten nothing is", "[store]") {
  Fixture fixture;
  fixture.add({{.events = {event("a", 1)}, .payload = payload("1", "first", {})},
               {.events = {event("b", 90)}, .payload = payload("2", "second")}});
  auto& database = fixture.writer.store().database();
  REQUIRE(
      database.run("CREATE TEMP TRIGGER full BEFORE INSERT ON main.entity"
                   " BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"));
  const StoreWriter::Retention retention{.since = Moment(std::chrono::seconds(50)),
                                         .payloads_since = kReceived};
  REQUIRE_FALSE(fixture.writer.compact(retention, quietly).has_value());
  CHECK(fixture.sent("a") == "first");
  CHECK(fixture.count() == 2);
  REQUIRE(database.run("DROP TRIGGER full"));
  CHECK(fixture.writer.compact(retention, quietly)->payloads == 1);
}

TEST_CASE("a store that is too large forgets payloads first, the oldest first", "[store]") {
  Fixture fixture;
  std::vector<Delivery> deliveries;
  for (int i = 0; i < 2'000; ++i) {
    auto own = payload(std::to_string(i), long_text(i));
    deliveries.push_back({.events = {event("e" + std::to_string(i), i)}, .payload = own});
  }
  fixture.add(deliveries);
  const auto all = fixture.writer.store().stats().value();
  const auto bytes = all.bytes - all.payloads.bytes / 2;
  const auto forgotten = fixture.writer.compact({.bytes = bytes}, quietly);
  CHECK(forgotten->events == 0);
  CHECK(forgotten->payloads > 900);
  CHECK(forgotten->payloads < 1'300);
  CHECK(fixture.writer.store().stats()->bytes <= bytes);
  CHECK(fixture.sent("e1999") == long_text(1'999));
  CHECK(fixture.writer.store().payload("e0").error().kind == ErrorKind::NotFound);
  CHECK(fixture.writer.compact({.bytes = 200'000}, quietly)->events > 0);
  CHECK(fixture.count() == 0);
}

TEST_CASE("a store stays as large as it may be, however often it is looked after", "[store]") {
  Fixture fixture;
  constexpr int kSubjects = 1'000;
  int number = 0;
  const auto some = [&number](int count) {
    std::vector<Event> events;
    for (const int end = number + count; number < end; ++number) {
      events.push_back(
          event(fmt::format("e{}", number), number, {{"title", std::string(40, 't')}}));
      events.back().subject = fmt::format("pr:{}", number % kSubjects);
      events.back().body = std::string(1'000, 'x');
    }
    return events;
  };
  constexpr std::int64_t kBytes = 3 << 20;
  REQUIRE(fixture.writer.add(some(3'000), kReceived));
  for (int i = 0; i < 6; ++i) {
    CHECK(fixture.writer.compact({.bytes = kBytes}, quietly)->events > 200);
    CHECK(fixture.writer.store().stats()->bytes < kBytes * 9 / 8);
    CHECK(fixture.writer.store().stats()->bytes > kBytes * 3 / 4);
    REQUIRE(fixture.writer.add(some(500), kReceived));
  }
}

}  // namespace
}  // namespace lightfast::store
