#include "tools/store/graph.h"

#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/store/event_row.h"

namespace lightfast::store {
namespace {

constexpr std::int64_t kFetchRows = 4;  // what reading one entity's properties counts as

constexpr const char* kEntityAt =
    "SELECT valid_from, valid_to, properties FROM entity WHERE id = ?1 AND valid_from <= ?2"
    " AND " LIGHTFAST_STORE_BELIEVED " ORDER BY valid_from DESC LIMIT 1";

// What was not there at ?4 is passed over in the index: its properties are not read. One statement
// begins with the newest at ?2; behind one entity another does, for what its row value says can be
// sought in the index.
#define LIGHTFAST_SCAN_FROM(condition)                                                        \
  "SELECT id, valid_from, valid_to, iif(valid_to > ?4, (SELECT properties FROM entity AS own" \
  " WHERE own.id = entity.id AND own.valid_from = entity.valid_from"                          \
  " AND own." LIGHTFAST_STORE_BELIEVED                                                        \
  "), NULL) FROM entity"                                                                      \
  " WHERE type = ?1 AND " LIGHTFAST_STORE_BELIEVED " AND valid_from >= ?3 AND " condition     \
  " ORDER BY valid_from DESC, id DESC"
constexpr const char* kScan = LIGHTFAST_SCAN_FROM("valid_from <= ?2");
constexpr const char* kScanBehind = LIGHTFAST_SCAN_FROM("(valid_from, id) < (?2, ?5)");
#undef LIGHTFAST_SCAN_FROM

constexpr const char* kNewest =
    "SELECT max(valid_from), count(*) FROM (SELECT valid_from FROM entity WHERE type = ?1"
    " AND " LIGHTFAST_STORE_BELIEVED " ORDER BY valid_from DESC LIMIT 1)";

constexpr const char* kLatestEvents =
    "SELECT id, type, title, url, actor, occurred_at FROM events WHERE subject = ?1"
    " AND occurred_at <= ?2 ORDER BY occurred_at DESC, id DESC LIMIT ?3";

constexpr const char* kTexts =
    "SELECT type, body FROM events WHERE subject = ?1 ORDER BY occurred_at, id LIMIT ?2";
constexpr const char* kLatestTexts =
    "SELECT type, body FROM events WHERE subject = ?1 ORDER BY occurred_at DESC, id DESC LIMIT ?2";

constexpr const char* kEffects =
    "SELECT id FROM events WHERE causal_parent = ?1 ORDER BY occurred_at, seq LIMIT ?2";

constexpr const char* kEvent = "SELECT " LIGHTFAST_STORE_EVENT " FROM events WHERE id = ?1";

}  // namespace

Result<std::optional<EntityVersion>> entity_at(Reader& reader, std::string_view id, Instant at) {
  std::optional<EntityVersion> found;
  TRY(reader.run(kEntityAt, {id, at}, [&](const SqlRow& row) {
    if (row.number(1) > at)
      found = {.id = std::string(id), .held = {row.number(0), row.number(1), row.text(2)}};
  }));
  return found;
}

Result<std::optional<ScanPosition>> scan_entities(
    Reader& reader, const EntityScan& scan, RowBudget& budget,
    const std::function<Result<bool>(const EntityVersion&)>& each) {
  std::optional<ScanPosition> left;
  Result<bool> goes_on = true;
  const auto from = scan.behind ? scan.behind->from : scan.at;
  auto here = scan.behind.value_or(ScanPosition{.from = from, .id = {}});
  const auto look_at = [&](const SqlRow& row) {
    const bool was_there = row.number(2) > scan.at;
    if (!budget.spend(was_there ? 1 + kFetchRows : 1)) {
      left = here;
      return false;
    }
    here = {.from = row.number(1), .id = row.text(0)};
    if (was_there) goes_on = each({.id = here.id, .held = {here.from, row.number(2), row.text(3)}});
    return goes_on && *goes_on;
  };
  if (scan.behind) {
    TRY(reader.run_while(kScanBehind, {scan.type, from, scan.since, scan.at, scan.behind->id},
                         look_at));
  } else {
    TRY(reader.run_while(kScan, {scan.type, from, scan.since, scan.at}, look_at));
  }
  if (!goes_on) return goes_on.error();
  return left;
}

Result<std::optional<Instant>> newest_of_type(Reader& reader, std::string_view type) {
  std::optional<Instant> newest;
  TRY(reader.run(kNewest, {type}, [&newest](const SqlRow& row) {
    if (row.number(1) > 0) newest = row.number(0);
  }));
  return newest;
}

Result<std::vector<EventHead>> latest_events(Reader& reader, std::string_view subject,
                                             Instant until, std::size_t most) {
  std::vector<EventHead> events;
  TRY(reader.run(kLatestEvents, {subject, until, static_cast<std::int64_t>(most)},
                 [&events](const SqlRow& row) {
                   events.push_back({.id = row.text(0),
                                     .type = row.text(1),
                                     .title = row.text(2),
                                     .url = optional_url(row, 3),
                                     .actor = optional_text(row, 4),
                                     .occurred_at = row.number(5)});
                 }));
  return events;
}

Result<void> each_text(Reader& reader, std::string_view subject, Oldest oldest, std::size_t most,
                       const std::function<bool(std::string_view, std::string_view)>& each) {
  return reader.run_while(oldest == Oldest::First ? kTexts : kLatestTexts,
                          {subject, static_cast<std::int64_t>(most)},
                          [&each](const SqlRow& row) { return each(row.view(0), row.view(1)); });
}

Result<std::vector<std::string>> effects_of(Reader& reader, std::string_view event,
                                            std::size_t most) {
  std::vector<std::string> ids;
  TRY(reader.run(kEffects, {event, static_cast<std::int64_t>(most)},
                 [&ids](const SqlRow& row) { ids.push_back(row.text(0)); }));
  return ids;
}

Result<std::optional<Event>> event_of_id(Reader& reader, std::string_view id) {
  std::optional<Event> event;
  TRY(reader.run(kEvent, {id}, [&event](const SqlRow& row) { event = event_in(row); }));
  return event;
}

}  // namespace lightfast::store
