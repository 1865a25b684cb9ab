#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/database.h"
#include "store_events.h"
#include "temp_directory.h"
#include "tools/store/store.h"

namespace lightfast::store {
namespace {

using lightfast::test::TempDirectory;

constexpr std::int32_t kApplicationId = 0x4C467374;

// An empty store as a version made it.
Database made_by(int version, const std::filesystem::path& file) {
  std::stringstream schema;
  schema << std::ifstream(fmt::format(LIGHTFAST_GOLDEN_DIR "/../unit/store_schema_{}.sql", version))
                .rdbuf();
  const auto text = schema.str();
  auto database = Database::open(
      file, {.application_id = kApplicationId, .version = version, .schema = text.c_str()});
  if (!database) FAIL(database.error().message);
  return *std::move(database);
}

// As version 1 had them: relations as objects.
void write_version_1(const std::filesystem::path& file, const std::vector<Event>& events) {
  const auto database = made_by(1, file);
  auto insert = database.prepare(
      "INSERT INTO events (id, source, type, occurred_at, received_at, actor, subject, title, body,"
      " relations, attributes) VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?)");
  for (const auto& event : events) {
    const auto object = to_json(event);
    const auto relations = object["relations"].dump();
    const auto attributes = object["attributes"].dump();
    const auto actor = event.actor.value_or("");
    REQUIRE(insert->run({event.id, event.source, event.type,
                         std::int64_t{event.occurred_at.time_since_epoch().count()},
                         actor.empty() ? SqlValue(nullptr) : SqlValue(std::string_view(actor)),
                         event.subject, event.title, event.body, std::string_view(relations),
                         std::string_view(attributes)}));
  }
}

std::vector<std::string> rows(Store& store, const char* sql) {
  std::vector<std::string> found;
  auto select = store.database().prepare(sql);
  REQUIRE(select.has_value());
  REQUIRE(select->run({}, [&found](const SqlRow& row) { found.push_back(row.text(0)); }));
  return found;
}

TEST_CASE("a store of version 1 becomes what it would be if it were made now", "[store]") {
  const TempDirectory here;
  const auto events = test::random_events(3, 60);
  write_version_1(here / "old.db", events);
  CHECK(Store::open(here / "old.db").error().message.find("earlier version") != std::string::npos);

  auto upgraded = StoreWriter::open(here / "old.db", "a test");
  if (!upgraded) FAIL(upgraded.error().message);
  auto fresh = StoreWriter::open(here / "new.db", "a test");
  REQUIRE(fresh->add(events, Moment{}).has_value());
  for (const auto* sql :
       {"SELECT concat FROM (SELECT id || relations || attributes AS concat FROM events)",
        "SELECT id || valid_from || ' ' || valid_to || properties || known_from FROM entity",
        "SELECT source || type || target || valid_from || ' ' || valid_to FROM edge",
        "SELECT name || entity FROM alias", "SELECT source || events || oldest FROM cursor",
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'events' ORDER BY"
        " name"})
    CHECK(rows(upgraded->store(), sql) == rows(fresh->store(), sql));
  CHECK(upgraded->store().check([](std::int64_t, std::int64_t) {})->empty());
  CHECK(Store::open(here / "old.db").has_value());
}

TEST_CASE("a store of version 2 keeps what it has, and payloads from then on", "[store]") {
  const TempDirectory here;
  {
    auto database = made_by(2, here / "old.db");
    REQUIRE(database.run(
        "INSERT INTO events VALUES (7, 'a', 'x', 'x.y', 1, 1, NULL, 'x:1', 't', '', NULL, NULL,"
        " '[]', '{}');"
        "INSERT INTO entity VALUES ('x:1', 'x', 1, 9223372036854775807, 7, NULL, NULL,"
        " '{\"made\":\"by version 2\"}');"));
  }
  {
    auto read = Store::open(here / "old.db");
    if (!read) FAIL(read.error().message);
    CHECK(read->stats()->events == 1);
    CHECK(read->payload("a").error().kind == ErrorKind::NotFound);
    CHECK(read->check([](std::int64_t, std::int64_t) {}).has_value());
  }
  auto upgraded = StoreWriter::open(here / "old.db", "a test");
  if (!upgraded) FAIL(upgraded.error().message);
  CHECK(rows(upgraded->store(), "SELECT properties ->> 'made' FROM entity") ==
        std::vector<std::string>{"by version 2"});
  Delivery delivery{.events = {test::event("b", 2)}, .payload = {}};
  delivery.payload.packed = "sent";
  REQUIRE(upgraded->add(std::vector{delivery}, Moment{}).has_value());
  CHECK(upgraded->store().payload("b")->packed == "sent");
  CHECK(upgraded->store().payload("a").error().kind == ErrorKind::NotFound);
  auto fresh = StoreWriter::open(here / "new.db", "a test");
  const auto* const schema = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
  CHECK(rows(upgraded->store(), schema) == rows(fresh->store(), schema));
}

}  // namespace
}  // namespace lightfast::store
