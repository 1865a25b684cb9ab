// The entities and edges of a store at a time, and the events about them, as now believed. Every
// look is by an index; what could take long is bounded, and says so when it was cut.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/store/event.h"
#include "tools/store/reader.h"
#include "tools/store/spans.h"

namespace lightfast::store {

// Later than all that is known.
inline constexpr Instant kLatest = kNoEnd - 1;

struct EntityVersion {
  std::string id;
  Span held;  // its content: the properties, a JSON object

  bool operator==(const EntityVersion&) const = default;
};

struct EdgeVersion {
  std::string source, type, target;
  Instant from = 0, to = kNoEnd;

  bool operator==(const EdgeVersion&) const = default;
};

// An event without its text.
struct EventHead {
  std::string id, type, title;
  std::optional<std::string> url, actor;
  Instant occurred_at = 0;
};

// How many rows may still be looked at.
struct RowBudget {
  std::int64_t left = 0;
  // Whether there is one more.
  bool spend(std::int64_t rows = 1) { return (left -= rows) >= 0; }
};

// The entity as it was at `at`; nothing when it was not there.
Result<std::optional<EntityVersion>> entity_at(Reader& reader, std::string_view id, Instant at);

// Where a look through entities of a type stands: behind the one that held from `from`, by its id.
struct ScanPosition {
  Instant from = 0;
  std::string id;

  bool operator==(const ScanPosition&) const = default;
};

struct EntityScan {
  std::string_view type;
  Instant at = kLatest;
  Instant since = 0;                        // only what holds from then on or later
  std::optional<ScanPosition> behind = {};  // nothing: from the newest on
};

// Calls `each` with the entities that were there at `at`, those that hold since the latest first,
// equal ones by their ids downwards, until it says false. Where `budget` ends before, the position
// to go on from; nothing when that was all, or `each` has stopped it.
Result<std::optional<ScanPosition>> scan_entities(
    Reader& reader, const EntityScan& scan, RowBudget& budget,
    const std::function<Result<bool>(const EntityVersion&)>& each);

// When the newest version of an entity of `type` begins; nothing when there is none.
Result<std::optional<Instant>> newest_of_type(Reader& reader, std::string_view type);

enum class Direction { Out, In };

struct EdgeSearch {
  std::string_view entity;
  Direction direction = Direction::Out;
  Instant at = kLatest;
  std::size_t most = 100;  // of each type
};
struct Edges {
  std::vector<EdgeVersion> edges;
  bool is_all = true;
};
// The edges of an entity at a time: those of `type`, or where that is empty of each type. Of one
// type those into it come newest first, those out of it by their targets.
Result<Edges> edges_at(Reader& reader, const EdgeSearch& search, std::string_view type,
                       RowBudget& budget);

// The latest events about an entity, at or before `until`, the newest first.
Result<std::vector<EventHead>> latest_events(Reader& reader, std::string_view subject,
                                             Instant until, std::size_t most);

// Calls `each` with the type and the text of events about an entity until it says false, of at most
// `most`.
enum class Oldest { First, Last };
Result<void> each_text(
    Reader& reader, std::string_view subject, Oldest oldest, std::size_t most,
    const std::function<bool(std::string_view type, std::string_view body)>& each);

// The ids of the first `most` events that name this one as what led to them.
Result<std::vector<std::string>> effects_of(Reader& reader, std::string_view event,
                                            std::size_t most);

// The event with this id, with its text; nothing when there is none.
Result<std::optional<Event>> event_of_id(Reader& reader, std::string_view id);

}  // namespace lightfast::store
