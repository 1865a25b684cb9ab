// A store for tests, made of events.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "temp_directory.h"
#include "tools/store/readers.h"
#include "tools/store/store.h"

namespace lightfast::store::test {

class MadeStore {
 public:
  [[nodiscard]] std::filesystem::path file() const { return here_ / "store.db"; }
  Readers& readers() { return readers_; }

  void add(const std::vector<Event>& events) {
    auto writer = StoreWriter::open(file(), "a test");
    if (!writer) FAIL(writer.error().message);
    const auto added = writer->add(events, Moment(std::chrono::milliseconds(0)));
    if (!added) FAIL(added.error().message);
    REQUIRE(added->duplicates == 0);
  }

 private:
  lightfast::test::TempDirectory here_;
  Readers readers_{file()};
};

// An event at a second of 1970.
inline Event event(const std::string& id, int second, const std::string& subject,
                   const Json& attributes = Json::object(), std::vector<Relation> relations = {}) {
  return {.id = id,
          .source = "test",
          .type = "thing.changed",
          .occurred_at = Moment(std::chrono::seconds(second)),
          .subject = subject,
          .title = "title of " + id,
          .relations = std::move(relations),
          .attributes = attributes.is_null() ? Json::object() : with_sorted_keys(attributes)};
}

}  // namespace lightfast::store::test
