// What a store says of things at a time, told by providers' payloads.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "provider_events.h"
#include "temp_directory.h"
#include "tools/store/store.h"

namespace lightfast::providers::test {

class ToldStore {
 public:
  ToldStore()
      : writer_([this] {
          auto opened = store::StoreWriter::open(here_ / "store.db", "a test");
          if (!opened) FAIL(opened.error().message);
          return *std::move(opened);
        }()) {}

  void add(const std::vector<store::Event>& events) {
    for (const auto& event : events) REQUIRE(writer_.add(std::span(&event, 1), received));
  }

  // A property of an entity, as JSON; empty when there is none, or not the entity.
  std::string property(std::string_view entity, const std::string& name, std::string_view time) {
    const auto found = rows(
        "SELECT properties, '', '' FROM entity WHERE id = ?1 AND valid_from <= "
        "?2 AND valid_to > ?2 AND known_to IS NULL",
        {entity, milliseconds(time)});
    const auto object = found.empty() ? Json::object() : Json::parse(found.front());
    return object.contains(name) ? object[name].dump() : std::string();
  }

  // What edges of a type went from an entity.
  std::vector<std::string> targets(std::string_view entity, std::string_view type,
                                   std::string_view time) {
    return rows(
        "SELECT target, '', '' FROM edge WHERE source = ?1 AND valid_from <= ?2 AND "
        "valid_to > ?2 AND known_to IS NULL AND type = ?3 ORDER BY target",
        {entity, milliseconds(time), type});
  }

  // The rows of a statement with three columns, each without spaces at its end.
  std::vector<std::string> rows(const char* sql, std::initializer_list<SqlValue> values = {}) {
    std::vector<std::string> all;
    auto statement = writer_.store().database().prepare(sql);
    if (!statement) FAIL(statement.error().message);
    REQUIRE(statement->run(values, [&all](const SqlRow& row) {
      auto text = row.text(0) + " " + row.text(1) + " " + row.text(2);
      text.erase(text.find_last_not_of(' ') + 1);
      all.push_back(std::move(text));
    }));
    return all;
  }

 private:
  static std::int64_t milliseconds(std::string_view time) {
    return parse_moment(std::string(time)).value().time_since_epoch().count();
  }

  lightfast::test::TempDirectory here_;
  store::StoreWriter writer_;
};

}  // namespace lightfast::providers::test
