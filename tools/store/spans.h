// In which intervals something held, made from what was said about it. Pure functions.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tools/store/event.h"

namespace lightfast::store {

using Instant = std::int64_t;  // ms since 1970
inline constexpr Instant kNoEnd = std::numeric_limits<Instant>::max();

// What held from `from` until before `to`: of an entity its properties, as JSON with sorted keys.
struct Span {
  Instant from = 0;
  Instant to = kNoEnd;
  std::string content = {};

  bool operator==(const Span&) const = default;
};

// What an event says of its subject's properties.
struct PropertyChange {
  Instant at = 0;
  std::string attributes;  // JSON, an object
};

// The intervals of an entity's properties from `before` on, the last one that begins before the
// first of `changes`, if there is one; `changes` are in the order of their times, and of their
// events' ids where these are equal. Neighbours differ.
std::vector<Span> property_spans(const std::optional<Span>& before,
                                 const std::vector<PropertyChange>& changes);

// Whether an event says that an edge is there, or is no more.
struct EdgeChange {
  Instant at = 0;
  bool is_there = true;
};

// The same of an edge: `before` is the last interval that begins before the first of `changes`,
// whether it has ended before that or not.
std::vector<Span> edge_spans(const std::optional<Span>& before,
                             const std::vector<EdgeChange>& changes);

// `attributes` laid over `properties`, both JSON objects; the result has sorted keys. Where that is
// more than kMaxProperties, or than kMostMembers, all of `attributes` stay and so many of the
// others as there is room for, in their order.
std::string merged(const std::string& properties, const std::string& attributes);

}  // namespace lightfast::store
