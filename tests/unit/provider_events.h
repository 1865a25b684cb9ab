// What tests ask of the events that payloads become.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/providers/providers.h"

namespace lightfast::providers::test {

inline const Moment received = parse_moment("2026-03-05T00:00:00Z").value();

inline std::vector<store::Event> events_of(std::string_view provider, const std::string& event,
                                           std::string_view payload,
                                           const std::string& delivery = "the-delivery") {
  const auto json = Json::parse(payload);
  return providers::events_of(
      provider, {.id = delivery, .event = event, .payload = json, .received_at = received});
}

inline store::Event only_event(std::string_view provider, const std::string& event,
                               std::string_view payload,
                               const std::string& delivery = "the-delivery") {
  const auto events = events_of(provider, event, payload, delivery);
  REQUIRE(events.size() == 1);
  return events.front();
}

// `labeled label:acme/web/bug`, and after a `-` what is removed.
inline bool has(const store::Event& event, std::string_view edge) {
  return std::ranges::any_of(event.relations, [edge](const store::Relation& each) {
    return (each.removed ? "-" : "") + each.type + " " + each.entity == edge;
  });
}

}  // namespace lightfast::providers::test
