#include "tools/store/store.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "store_events.h"
#include "temp_directory.h"
#include "tools/store/damage.h"

namespace lightfast::store {
namespace {

using lightfast::test::TempDirectory;
using test::event;
using Rows = std::vector<std::string>;

constexpr Moment kReceived{std::chrono::milliseconds(1'800'000'000'000)};
const Store::Progress quietly = [](std::int64_t, std::int64_t) {};

// A store and what is in it, seen through a connection of its own.
class Fixture {
 public:
  Fixture() {
    auto opened = StoreWriter::open(file(), "a test");
    if (!opened) FAIL(opened.error().message);
    writer_.emplace(*std::move(opened));
  }
  StoreWriter& writer() { return *writer_; }
  void close() { writer_.reset(); }
  [[nodiscard]] std::filesystem::path file() const { return here_ / "store.db"; }

  void add(const std::vector<Event>& events) {
    const auto added = writer_->add(events, kReceived);
    if (!added) FAIL(added.error().message);
  }

  // What is believed now of a projection, as text.
  Rows believed(const std::string& table) {
    return rows(table == "entity"
                    ? "SELECT id || ' ' || valid_from || ' ' || valid_to || ' ' || properties FROM"
                      " entity WHERE known_to IS NULL ORDER BY id, valid_from"
                    : "SELECT source || ' ' || type || ' ' || target || ' ' || valid_from || ' ' ||"
                      " valid_to FROM edge WHERE known_to IS NULL ORDER BY source,"
                      " type, target, valid_from");
  }

  // All of a projection, what was believed before included.
  Rows all(const std::string& table) {
    return rows(
        table == "entity"
            ? "SELECT id || ' ' || valid_from || ' ' || valid_to || ' ' || known_from || ' '"
              " || ifnull(known_to, '-') || ' ' || ifnull(end_known_from, '-') || ' ' || "
              "properties FROM entity"
              " ORDER BY id, valid_from, known_from"
            : "SELECT source || ' ' || type || ' ' || target || ' ' || valid_from || ' ' ||"
              " valid_to || ' ' || known_from || ' ' || ifnull(known_to, '-') || ' ' || "
              "ifnull(end_known_from, '-')"
              " FROM edge ORDER BY source, type, target, valid_from, known_from");
  }

 private:
  Rows rows(const std::string& sql) {
    auto database = Database::open_for_reading(
        file(), {.application_id = 0x4C467374, .version = 3, .schema = nullptr});
    if (!database) FAIL(database.error().message);
    auto select = database->prepare(sql.c_str()).value();
    Rows found;
    REQUIRE(select.run({}, [&found](const SqlRow& row) { found.push_back(row.text(0)); }));
    return found;
  }

  TempDirectory here_;
  std::optional<StoreWriter> writer_;
};

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

// By the definition alone, from all events at once: the properties of each entity at each time.
std::map<std::string, std::string> state_by_definition(std::vector<Event> events, Moment at) {
  std::ranges::sort(events, [](const Event& a, const Event& b) {
    return std::pair(a.occurred_at, a.id) < std::pair(b.occurred_at, b.id);
  });
  std::map<std::string, std::string> states;
  for (const auto& event : events) {
    if (event.occurred_at > at) break;
    auto& state = states.try_emplace(event.subject, "{}").first->second;
    state = merged(state, event.attributes.dump());
    for (const auto& relation : event.relations) states.try_emplace(relation.entity, "{}");
    if (event.actor) states.try_emplace(*event.actor, "{}");
  }
  return states;
}

std::map<std::string, std::string> state_in(const Rows& believed, Moment at) {
  std::map<std::string, std::string> states;
  const auto instant = at.time_since_epoch().count();
  for (const auto& row : believed) {
    const auto id = row.substr(0, row.find(' '));
    std::int64_t from = 0, to = 0;
    int read = 0;
    REQUIRE(std::sscanf(row.c_str() + id.size(), " %ld %ld %n", &from, &to, &read) == 2);
    if (from <= instant && instant < to)
      REQUIRE(states.emplace(id, row.substr(id.size() + static_cast<std::size_t>(read))).second);
  }
  return states;
}

TEST_CASE("in whichever order events come, the same follows from them", "[store]") {
  const auto seed = GENERATE(range(1U, 40U));
  CAPTURE(seed);
  auto events = test::random_events(seed, 30);
  Fixture first;
  first.add(events);
  for (int second = 0; second < 13; ++second) {
    const Moment at{std::chrono::seconds(second)};
    CHECK(state_in(first.believed("entity"), at) == state_by_definition(events, at));
  }
  std::minstd_rand chance(seed);
  for (int i = 0; i < 3; ++i) {
    std::ranges::shuffle(events, chance);
    Fixture other;
    for (const auto& event : events) other.add({event});
    CHECK(other.believed("entity") == first.believed("entity"));
    CHECK(other.believed("edge") == first.believed("edge"));
    CHECK(other.writer().store().check(quietly).value().empty());
  }
}

TEST_CASE("of however many events at one time, in whichever order, all count", "[store]") {
  const auto seed = GENERATE(range(1U, 8U));
  CAPTURE(seed);
  std::vector<Event> events{event("a", 1, {{"first", true}})};
  for (int i = 0; i < 40; ++i) {
    const auto number = std::to_string(100 + i);
    events.push_back(event("e" + number, i < 30 ? 5 : 6, {{"k" + number, i}, {"last", i}}));
    events.back().relations = {{.entity = "x:" + number, .type = "r"},
                               {.entity = "x:all", .type = "r", .removed = i % 2 == 1}};
  }
  Fixture sorted;
  sorted.add(events);
  CHECK(sorted.believed("edge").size() == 40);
  const Moment at{std::chrono::seconds(6)};
  CHECK(state_in(sorted.believed("entity"), at) == state_by_definition(events, at));
  std::minstd_rand chance(seed);
  std::ranges::shuffle(events, chance);
  if (seed == 1) std::ranges::sort(events, std::greater(), &Event::id);
  Fixture other;
  for (const auto& each : events) other.add({each});
  CHECK(other.believed("entity") == sorted.believed("entity"));
  CHECK(other.believed("edge") == sorted.believed("edge"));
  const auto all = other.all("edge");
  REQUIRE(other.writer().rebuild(quietly));
  CHECK(other.all("edge") == all);
}

TEST_CASE("what follows from the log can be made anew, row for row", "[store]") {
  const auto seed = GENERATE(range(1U, 10U));
  Fixture fixture;
  fixture.add(test::random_events(seed, 40));
  const auto entities = fixture.all("entity");
  const auto edges = fixture.all("edge");
  REQUIRE(fixture.writer().rebuild(quietly));
  CHECK(fixture.all("entity") == entities);
  CHECK(fixture.all("edge") == edges);
  CHECK(fixture.writer().store().check(quietly).value().empty());
}

TEST_CASE("what was only named takes one row, in whichever order that was", "[store]") {
  std::vector<Event> events;
  for (int i = 200; i > 0; --i) {
    events.push_back(event(fmt::format("e{}", i), i, {{"state", "open"}}));
    events.back().subject = fmt::format("pr:{}", i);
    events.back().relations = {{.entity = "repo:1", .type = "part_of"}};
  }
  const auto seed = GENERATE(0U, 1U, 2U);
  std::minstd_rand chance(seed);
  if (seed != 0) std::ranges::shuffle(events, chance);
  Fixture fixture;
  fixture.add(events);
  const auto rows_of_it = [&fixture] {
    Rows rows = fixture.all("entity");
    std::erase_if(rows, [](const std::string& row) { return !row.starts_with("repo:1 "); });
    return rows;
  };
  CHECK(rows_of_it() == Rows{"repo:1 1000 9223372036854775807 1 - - {}"});
  // Its own properties later, and what names it before them.
  auto own = event("own", 500, {{"name", "one"}});
  own.subject = "repo:1";
  fixture.add({own, event("first", 0)});
  auto first = event("named", 0);
  first.relations = {{.entity = "repo:1", .type = "part_of"}};
  fixture.add({first});
  CHECK(rows_of_it() == Rows{"repo:1 0 500000 1 - 201 {}",
                             R"(repo:1 500000 9223372036854775807 201 - - {"name":"one"})"});
  const auto all = fixture.all("entity");
  REQUIRE(fixture.writer().rebuild(quietly));
  CHECK(fixture.all("entity") == all);
}

TEST_CASE("a late event splits an interval, and what was believed before is kept", "[store]") {
  Fixture fixture;
  fixture.add({event("a", 10, {{"state", "open"}}), event("b", 30, {{"state", "merged"}})});
  fixture.add({event("c", 20, {{"title", "Ö"}})});
  CHECK(fixture.believed("entity") ==
        Rows{R"(pr:1 10000 20000 {"state":"open"})",
             R"(pr:1 20000 30000 {"state":"open","title":"Ö"})",
             R"(pr:1 30000 9223372036854775807 {"state":"merged","title":"Ö"})"});
  CHECK(fixture.all("entity").size() == 5);
}

TEST_CASE("the same id again is a duplicate, whatever it says", "[store]") {
  Fixture fixture;
  const auto added =
      fixture.writer().add(std::vector{event("a", 1), event("b", 2), event("a", 3)}, kReceived);
  CHECK(added->taken == 2);
  CHECK(added->duplicates == 1);
  CHECK(fixture.writer().add(std::vector{event("b", 9)}, kReceived)->duplicates == 1);
}

TEST_CASE("one process writes at a time, and says who it is", "[store]") {
  Fixture fixture;
  const auto other = StoreWriter::open(fixture.file(), "another");
  REQUIRE_FALSE(other.has_value());
  CHECK(other.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(other.error().message,
             Catch::Contains(fmt::format("`a test` (process {}", ::getpid())));
  fixture.close();
  CHECK(StoreWriter::open(fixture.file(), "another").has_value());
}

TEST_CASE("a store is read while it is written", "[store]") {
  Fixture fixture;
  fixture.add({event("a", 1)});
  auto reader = Store::open(fixture.file());
  REQUIRE(reader.has_value());
  CHECK(reader->stats()->events == 1);
  fixture.add({event("b", 2)});
  CHECK(reader->stats()->events == 2);
  CHECK(reader->stats()->newest == Moment(std::chrono::seconds(2)));
}

TEST_CASE("events come out as they went in, in their order", "[store]") {
  Fixture fixture;
  const auto events = test::random_events(7, 50);
  fixture.add(events);
  std::vector<Event> found;
  REQUIRE(fixture.writer().store().each_event([&found](const Event& each) -> Result<void> {
    found.push_back(each);
    return {};
  }));
  CHECK(found == events);
}

TEST_CASE("of what is forgotten stays what followed from it", "[store]") {
  const auto seed = GENERATE(range(1U, 20U));
  CAPTURE(seed);
  Fixture fixture;
  fixture.add(test::random_events(seed, 60));
  constexpr std::int64_t kCut = 7'000;
  // What still holds at the cut or begins later, but for entities that are merely named.
  const auto later = [&fixture](const std::string& table) {
    Rows rows;
    for (const auto& row : fixture.believed(table)) {
      const auto to = std::stoll(split_words(row).at(table == "entity" ? 2 : 4));
      if (to > kCut && !row.ends_with(" {}")) rows.push_back(row);
    }
    return rows;
  };
  const auto entities = later("entity");
  const auto edges = later("edge");
  const auto before = fixture.writer().store().stats()->events;
  const auto forgotten =
      fixture.writer().compact({.since = Moment(std::chrono::milliseconds(kCut))}, quietly);
  REQUIRE(forgotten.has_value());
  CHECK(forgotten->events > 0);
  CHECK(fixture.writer().store().stats()->events < before);
  CHECK(later("entity") == entities);
  CHECK(later("edge") == edges);
  CHECK(fixture.writer().store().check(quietly).value().empty());
  const auto all = fixture.all("entity");
  const auto again =
      fixture.writer().compact({.since = Moment(std::chrono::milliseconds(kCut))}, quietly);
  CHECK(again->events == 0);
  CHECK(fixture.all("entity") == all);
  REQUIRE(fixture.writer().rebuild(quietly));
  CHECK(fixture.all("entity") == all);
}

TEST_CASE("of many edges from one time none is forgotten", "[store]") {
  Fixture fixture;
  std::vector<Event> events;
  for (int i = 0; i < 3; ++i) {
    events.push_back(event("e" + std::to_string(i), 1));
    for (std::size_t j = 0; j < kMaxRelations; ++j)
      events.back().relations.push_back({.entity = fmt::format("x:{}.{}", i, j), .type = "r"});
  }
  fixture.add(events);
  const auto edges = fixture.believed("edge");
  REQUIRE(edges.size() == 3 * kMaxRelations);
  REQUIRE(fixture.writer().compact({.since = Moment(std::chrono::seconds(9))}, quietly));
  CHECK(fixture.believed("edge") == edges);
  REQUIRE(fixture.writer().store().each_event([](const Event& each) -> Result<void> {
    CHECK(event_from_json(to_json(each)).has_value());
    return {};
  }));
}

TEST_CASE("a store that is too large forgets its oldest events", "[store]") {
  Fixture fixture;
  std::vector<Event> events;
  for (int i = 0; i < 2'000; ++i) {
    events.push_back(event("e" + std::to_string(i), i));
    events.back().body = std::string(1'000, 'x');
  }
  fixture.add(events);
  constexpr std::int64_t kBytes = 1 << 20;
  REQUIRE(fixture.writer().store().stats()->bytes > kBytes);
  REQUIRE(fixture.writer().compact({.bytes = kBytes}, quietly));
  const auto stats = fixture.writer().store().stats();
  CHECK(stats->bytes < kBytes * 5 / 4);
  CHECK(stats->newest == Moment(std::chrono::seconds(1'999)));
  CHECK(fixture.writer().compact({.bytes = 100 * kBytes}, quietly)->events == 0);
}

TEST_CASE("a title with whatever characters is found to be indexed", "[store]") {
  Fixture fixture;
  std::vector<Event> events;
  for (const auto& title : {std::string("a\0b", 3), std::string("\0x", 2), std::string("say \"x\""),
                            std::string("x\0\"", 3)}) {
    events.push_back(event(fmt::format("e{}", events.size()), 1));
    events.back().title = title;
  }
  fixture.add(events);
  CHECK(fixture.writer().store().check(quietly).value().empty());
}

TEST_CASE("what is no store is left as it is", "[store]") {
  const TempDirectory here;
  CHECK(Store::open(here / "none.db").error().kind == ErrorKind::NotFound);
  const auto file = here.with_file("text.db", std::string(5000, 'x'));
  CHECK(Store::open(file).error().kind == ErrorKind::Corrupt);
  CHECK(StoreWriter::open(file, "a test").error().kind == ErrorKind::Corrupt);
}

TEST_CASE("a store of a later version is left in its place, whoever was killed", "[store]") {
  Fixture fixture;
  fixture.add({event("e1", 1)});
  REQUIRE(fixture.writer().store().database().run("PRAGMA user_version = 99"));
  fixture.close();
  std::ofstream(fixture.file().string() + ".lock") << "one that was killed";
  const auto opened = StoreWriter::open(fixture.file(), "a test");
  REQUIRE_FALSE(opened.has_value());
  CHECK_THAT(opened.error().message, Catch::Contains("later version"));
  CHECK(std::filesystem::exists(fixture.file()));
}

TEST_CASE("what cannot be looked through just now is not taken for damaged", "[store]") {
  Fixture fixture;
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i) events.push_back(event("e" + std::to_string(i), i));
  fixture.add(events);
  const auto& database = fixture.writer().store().database();
  {
    const SqlDeadline over(database, std::chrono::steady_clock::now(), {});
    const auto damage = damage_of(database);
    REQUIRE_FALSE(damage.has_value());
    CHECK(damage.error().kind == ErrorKind::Timeout);
  }
  CHECK(damage_of(database).value().empty());
}

TEST_CASE("that a writer was killed is known until the store was looked through", "[store]") {
  const TempDirectory here;
  const auto file = here / "store.db";
  const auto lock = here.with_file("store.db.lock", "one that was killed");
  CHECK(WriterLock::take(file, "a test")->was_left());
  CHECK(WriterLock::take(file, "a test").value().was_left());
  WriterLock::take(file, "a test")->forget_left();
  CHECK_FALSE(WriterLock::take(file, "a test")->was_left());
  CHECK(std::filesystem::file_size(lock) == 0);
}

}  // namespace
}  // namespace lightfast::store
