// Events of tests, made by chance but the same each time.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tools/store/event.h"

namespace lightfast::store::test {

// One about pr:1.
inline Event event(const std::string& id, std::int64_t second,
                   const Json& attributes = Json::object()) {
  return {.id = id,
          .source = "test",
          .type = "pr.changed",
          .occurred_at = Moment(std::chrono::seconds(second)),
          .subject = "pr:1",
          .attributes = attributes};
}

// `count` events about few entities at few times, so that they meet: some at the same time, with
// attributes that come back to what they were, and edges that are removed and made again.
inline std::vector<Event> random_events(unsigned seed, std::size_t count) {
  std::minstd_rand chance(seed);
  const auto one_of = [&chance](std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(0, most - 1)(chance);
  };
  const auto entity = [&] { return "thing:" + std::to_string(one_of(4)); };
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    Event event{.id = "e" + std::to_string(one_of(1'000'000)) + "." + std::to_string(i),
                .source = "test",
                .type = "thing.changed",
                .occurred_at = Moment(std::chrono::milliseconds(1'000 * one_of(12))),
                .subject = entity()};
    if (one_of(3) > 0) event.attributes["state"] = one_of(2) == 0 ? "open" : "closed";
    if (one_of(3) == 0) event.attributes["label"] = one_of(3);
    event.attributes = with_sorted_keys(event.attributes);
    if (one_of(4) == 0) event.actor = "person:" + std::to_string(one_of(2));
    for (std::size_t edges = one_of(3); edges > 0; --edges) {
      event.relations.push_back({.entity = entity(),
                                 .type = one_of(2) == 0 ? "part_of" : "blocks",
                                 .removed = one_of(3) == 0});
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace lightfast::store::test
