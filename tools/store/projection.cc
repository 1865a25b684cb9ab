#include "tools/store/projection.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/store/names.h"

namespace lightfast::store {
namespace {

Instant instant_of(Moment moment) { return moment.time_since_epoch().count(); }

// Of the relations of one event the last about an edge counts.
std::optional<bool> said_of(const std::vector<Relation>& relations, std::string_view type,
                            std::string_view target) {
  std::optional<bool> is_there;
  for (const auto& each : relations) {
    if (each.type == type && each.entity == target) is_there = !each.removed;
  }
  return is_there;
}

// Whether one of `all`, which begin one after another, is `span`.
template <class Each, class SpanOf>
bool has(const std::vector<Each>& all, const Span& span, SpanOf span_of) {
  const auto from_of = [&](const Each& each) { return span_of(each).from; };
  const auto found = std::ranges::lower_bound(all, span.from, {}, from_of);
  return found != all.end() && span_of(*found) == span;
}

// Takes those out of both that are in both; these are in the order of their times.
template <class Row>
void keep_what_is_the_same(std::vector<Row>& there, std::vector<Span>& wanted) {
  const auto is_there = [&](const Span& span) {
    return has(there, span, [](const Row& row) -> const Span& { return row.span; });
  };
  std::vector<Span> missing;
  std::ranges::remove_copy_if(wanted, std::back_inserter(missing), is_there);
  std::erase_if(there, [&](const Row& row) { return has(wanted, row.span, std::identity()); });
  wanted = std::move(missing);
}

constexpr std::int64_t kFirstChanges = 8;  // that are looked at; twice as many each time after

// What has been taken in of a log that is there whole, in the order of events_subject: a look there
// would step over all that is still to come.
constexpr const char* kBeginAnew =
    "DELETE FROM entity; DELETE FROM edge; DELETE FROM alias; DELETE FROM cursor;"
    "DROP TABLE IF EXISTS temp.taken;"
    "CREATE TEMP TABLE taken (subject TEXT, occurred_at INTEGER, id TEXT, seq INTEGER,"
    " PRIMARY KEY (subject, occurred_at, id)) WITHOUT ROWID;";

}  // namespace

Result<Projection> Projection::open(const Database& database) {
  return open(database, Log::UpToHere);
}

Result<Projection> Projection::begin_anew(Database& database) {
  TRY(database.run(kBeginAnew));
  return open(database, Log::Whole);
}

Result<void> Projection::end_anew(Database& database) {
  return database.run("DROP TABLE temp.taken");
}

Result<Projection> Projection::open(const Database& database, Log log) {
  Statements sql;
  TRY(prepare_versions(database, sql));
  TRY(prepare_edges(database, sql));
  TRY(prepare_events(database, sql, log));
  TRY(database.prepare_all(
      {{sql.add_alias,
        "INSERT INTO alias (name, entity) VALUES (?1, ?2)"
        " ON CONFLICT DO NOTHING"},
       {sql.advance_cursor,
        "INSERT INTO cursor (source, events, oldest, newest, last) VALUES (?1, 1, ?2, ?2, ?3)"
        " ON CONFLICT (source) DO UPDATE SET events = events + 1, oldest = min(oldest, ?2),"
        " newest = max(newest, ?2), last = ?3"}}));
  return Projection(std::move(sql), log);
}

// Of those that have been taken in.
Result<void> Projection::prepare_events(const Database& database, Statements& sql, Log log) {
  if (log == Log::UpToHere) {
    return database.prepare_all(
        {{sql.has_later,
          "SELECT 1 FROM events WHERE subject = ?1 AND (occurred_at, id) > (?2, ?3) LIMIT 1"},
         {sql.changes_from,
          "SELECT occurred_at, attributes, relations FROM events"
          " WHERE subject = ?1 AND occurred_at >= ?2 ORDER BY occurred_at, id LIMIT ?3"}});
  }
  return database.prepare_all(
      {{sql.note_taken,
        "INSERT INTO temp.taken (subject, occurred_at, id, seq) VALUES (?1, ?2, ?3, ?4)"},
       {sql.has_later,
        "SELECT 1 FROM temp.taken WHERE subject = ?1 AND (occurred_at, id) > (?2, ?3) LIMIT 1"},
       {sql.changes_from,
        "SELECT e.occurred_at, e.attributes, e.relations FROM temp.taken AS t CROSS JOIN events AS "
        "e"
        " ON e.seq = t.seq WHERE t.subject = ?1 AND t.occurred_at >= ?2"
        " ORDER BY t.occurred_at, t.id LIMIT ?3"}});
}

// Of what is believed now.
Result<void> Projection::prepare_versions(const Database& database, Statements& sql) {
  return database.prepare_all(
      {{sql.first_version,
        "SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
        " AND known_to IS NULL ORDER BY valid_from LIMIT 1"},
       {sql.last_version,
        "SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
        " AND known_to IS NULL ORDER BY valid_from DESC LIMIT 1"},
       {sql.versions_from,
        "SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
        " AND known_to IS NULL AND valid_from >= ?2 AND valid_from < ?3"
        " ORDER BY valid_from"},
       {sql.version_before,
        "SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1 AND"
        " known_to IS NULL AND valid_from < ?2 ORDER BY valid_from DESC LIMIT 1"},
       {sql.retire_version,
        "UPDATE entity SET known_to = ?4 WHERE id = ?1"
        " AND valid_from = ?2 AND known_from = ?3"},
       {sql.end_version,
        "UPDATE entity SET valid_to = ?4, end_known_from = ?5"
        " WHERE id = ?1 AND valid_from = ?2 AND known_from = ?3"},
       {sql.begin_earlier,
        "UPDATE entity SET valid_from = ?4"
        " WHERE id = ?1 AND valid_from = ?2 AND known_from = ?3"},
       {sql.add_version,
        "INSERT INTO entity (id, type, valid_from, valid_to, known_from, known_to,"
        " end_known_from, properties) VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6)"}});
}

// Likewise.
Result<void> Projection::prepare_edges(const Database& database, Statements& sql) {
  return database.prepare_all(
      {{sql.last_edge,
        "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
        " AND target = ?3 AND known_to IS NULL ORDER BY valid_from DESC LIMIT 1"},
       {sql.edges_from,
        "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
        " AND target = ?3 AND known_to IS NULL AND valid_from >= ?4 AND valid_from < ?5"
        " ORDER BY valid_from"},
       {sql.edge_before,
        "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
        " AND target = ?3 AND known_to IS NULL AND valid_from < ?4"
        " ORDER BY valid_from DESC LIMIT 1"},
       {sql.retire_edge,
        "UPDATE edge SET known_to = ?6 WHERE source = ?1 AND type = ?2"
        " AND target = ?3 AND valid_from = ?4 AND known_from = ?5"},
       {sql.end_edge,
        "UPDATE edge SET valid_to = ?6, end_known_from = ?7 WHERE source = ?1"
        " AND type = ?2 AND target = ?3 AND valid_from = ?4"
        " AND known_from = ?5"},
       {sql.add_edge,
        "INSERT INTO edge (source, type, target, valid_from, valid_to, known_from, known_to,"
        " end_known_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL)"}});
}

// An event that is the last of its subject adds to the end; of one that comes late the intervals
// from its time on are made anew.
Result<void> Projection::take(const Event& event, std::int64_t seq) {
  const auto at = instant_of(event.occurred_at);
  if (log_ == Log::Whole)
    TRY(sql_.note_taken.run(
        {std::string_view(event.subject), at, std::string_view(event.id), seq}));
  const bool is_late = TRY(this->is_late(event, at));
  TRY(is_late ? change_late(event, at, seq) : change_now(event, at, seq));
  TRY(relate(event, is_late, at, seq));
  if (event.actor && !entity_type(*event.actor).empty()) TRY(mention(*event.actor, at, seq));
  TRY(note_url(event));
  return sql_.advance_cursor.run({std::string_view(event.source), at, seq});
}

Result<bool> Projection::is_late(const Event& event, Instant at) {
  bool is_late = false;
  TRY(sql_.has_later.run({std::string_view(event.subject), at, std::string_view(event.id)},
                         [&is_late](const SqlRow& /*row*/) { is_late = true; }));
  return is_late;
}

// Where the URL does not tell of itself what it is about.
Result<void> Projection::note_url(const Event& event) {
  const auto url = canonical_url(event.url.value_or(""));
  if (url.empty() || entity_of_url(url) == event.subject) return {};
  return sql_.add_alias.run({std::string_view(url), std::string_view(event.subject)});
}

// Of what one event says of one edge the last counts.
Result<void> Projection::relate(const Event& event, bool is_late, Instant at, std::int64_t seq) {
  std::map<std::pair<std::string_view, std::string_view>, bool> said;
  for (const auto& each : event.relations) said[{each.type, each.entity}] = !each.removed;
  std::vector<Edge> late;
  for (const auto& [name, is_there] : said) {
    const Edge edge{event.subject, name.first, name.second};
    TRY(mention(edge.target, at, seq));
    if (is_late || !TRY(relate_now(edge, is_there, at, seq))) late.push_back(edge);
  }
  return late.empty() ? Result<void>() : relate_late(event.subject, std::move(late), at, seq);
}

// An entity is there from the first time that anything names it. Of a time when nothing but that is
// known the beginning alone is kept, not what it was taken for before: of what is named by
// everything, in a history that is imported from its end, that would be a row for each event.
Result<void> Projection::mention(std::string_view entity, Instant at, std::int64_t seq) {
  const auto there = TRY(rows(sql_.first_version, {entity}));
  if (there.empty()) return begin(entity, {.from = at, .to = kNoEnd, .content = "{}"}, seq);
  const auto& first = there.front();
  if (first.span.from <= at) return {};
  const bool is_unknown = first.span.content == "{}";
  if (is_unknown) return sql_.begin_earlier.run({entity, first.span.from, first.known_from, at});
  return add_version(entity, {.from = at, .to = first.span.from, .content = "{}"}, seq);
}

// The first version of an entity.
Result<void> Projection::begin(std::string_view entity, const Span& span, std::int64_t seq) {
  const auto name = short_name(entity);
  TRY(sql_.add_alias.run({std::string_view(name), entity}));
  return add_version(entity, span, seq);
}

Result<void> Projection::change_now(const Event& event, Instant at, std::int64_t seq) {
  const std::string_view entity = event.subject;
  const auto attributes = event.attributes.dump();
  const auto there = TRY(rows(sql_.last_version, {entity}));
  if (there.empty()) return begin(entity, {at, kNoEnd, attributes}, seq);
  const auto& last = there.front();
  // Another event may have named it at a later time.
  if (last.span.from > at) return change_late(event, at, seq);
  auto properties = merged(last.span.content, attributes);
  if (properties == last.span.content) return {};
  if (last.span.from < at) {
    TRY(sql_.end_version.run({entity, last.span.from, last.known_from, at, seq}));
    return add_version(entity, {at, kNoEnd, std::move(properties)}, seq);
  }
  const auto before = TRY(rows(sql_.version_before, {entity, at}));
  const bool is_back = !before.empty() && before.front().span.content == properties;
  if (is_back) return change_late(event, at, seq);
  TRY(sql_.retire_version.run({entity, at, last.known_from, seq}));
  return add_version(entity, {at, kNoEnd, std::move(properties)}, seq);
}

Result<void> Projection::change_late(const Event& event, Instant at, std::int64_t seq) {
  for (auto most = kFirstChanges;; most *= 2) {
    const auto changes = TRY(changes_from(event.subject, at, most));
    if (TRY(change_until(event.subject, changes, at, seq))) return {};
  }
}

// Whether from changes.until on all is as it was before; else nothing is done.
Result<bool> Projection::change_until(std::string_view entity, const Changes& changes, Instant at,
                                      std::int64_t seq) {
  auto there = TRY(rows(sql_.versions_from, {entity, at, changes.until}));
  const auto before = TRY(rows(sql_.version_before, {entity, at}));
  there.insert(there.begin(), before.begin(), before.end());
  std::vector<PropertyChange> said;
  said.reserve(changes.events.size());
  for (const auto& event : changes.events)
    said.push_back({.at = event.at, .attributes = event.attributes});
  auto wanted =
      property_spans(before.empty() ? std::nullopt : std::optional(before.front().span), said);
  if (changes.until != kNoEnd) {
    const bool is_same =
        !there.empty() && !wanted.empty() && there.back().span.content == wanted.back().content;
    if (!is_same) return false;
    wanted.back().to = there.back().span.to;
  }
  TRY(replace_versions(entity, std::move(there), wanted, seq));
  return true;
}

// False where what it says is for its time alone: another event said the same or the opposite then.
Result<bool> Projection::relate_now(const Edge& edge, bool is_there, Instant at, std::int64_t seq) {
  const auto there = TRY(rows(sql_.last_edge, {edge.source, edge.type, edge.target}));
  const bool is_of_this_time =
      !there.empty() && (there.front().span.from >= at || there.front().span.to == at);
  if (is_of_this_time) return false;
  const bool was_there = !there.empty() && there.front().span.to == kNoEnd;
  if (was_there == is_there) return true;
  if (is_there) {
    TRY(sql_.add_edge.run({edge.source, edge.type, edge.target, at, kNoEnd, seq}));
    return true;
  }
  const auto& last = there.front();
  TRY(sql_.end_edge.run(
      {edge.source, edge.type, edge.target, last.span.from, last.known_from, at, seq}));
  return true;
}

Result<void> Projection::relate_late(std::string_view subject, std::vector<Edge> edges, Instant at,
                                     std::int64_t seq) {
  for (auto most = kFirstChanges; !edges.empty(); most *= 2) {
    const auto changes = TRY(changes_from(subject, at, most));
    edges = TRY(relate_all_until(edges, changes, at, seq));
  }
  return {};
}

// Those that need later changes as well.
Result<std::vector<Projection::Edge>> Projection::relate_all_until(const std::vector<Edge>& edges,
                                                                   const Changes& changes,
                                                                   Instant at, std::int64_t seq) {
  std::vector<Edge> left;
  for (const auto& edge : edges) {
    if (!TRY(relate_until(edge, changes, at, seq))) left.push_back(edge);
  }
  return left;
}

// As change_until().
Result<bool> Projection::relate_until(const Edge& edge, const Changes& changes, Instant at,
                                      std::int64_t seq) {
  const auto [source, type, target] = edge;
  std::vector<EdgeChange> said;
  for (const auto& event : changes.events) {
    if (const auto is_there = said_of(event.relations, type, target))
      said.push_back({.at = event.at, .is_there = *is_there});
  }
  auto there = TRY(rows(sql_.edges_from, {source, type, target, at, changes.until}));
  const auto before = TRY(rows(sql_.edge_before, {source, type, target, at}));
  there.insert(there.begin(), before.begin(), before.end());
  auto wanted =
      edge_spans(before.empty() ? std::nullopt : std::optional(before.front().span), said);
  if (changes.until != kNoEnd) {
    const bool was_there = !there.empty() && there.back().span.to >= changes.until;
    const bool is_there = !wanted.empty() && wanted.back().to >= changes.until;
    if (was_there != is_there) return false;
    if (is_there) wanted.back().to = there.back().span.to;
  }
  TRY(replace_edges(edge, std::move(there), wanted, seq));
  return true;
}

// Those of one time are all among them, or none; those of `at` always, however many there are, for
// without them nothing would seem to have changed.
Result<Projection::Changes> Projection::changes_from(std::string_view subject, Instant at,
                                                     std::int64_t most) {
  Changes changes;
  TRY(sql_.changes_from.run({subject, at, most + 1}, [&changes](const SqlRow& row) {
    changes.events.push_back(
        {.at = row.number(0), .attributes = row.text(1), .relations = relations_in(row.text(2))});
  }));
  if (static_cast<std::int64_t>(changes.events.size()) <= most) return changes;
  changes.until = changes.events.back().at;
  if (changes.until == at) return changes_from(subject, at, most * 2);
  while (!changes.events.empty() && changes.events.back().at == changes.until)
    changes.events.pop_back();
  return changes;
}

Result<void> Projection::replace_versions(std::string_view entity, std::vector<Row> there,
                                          const std::vector<Span>& wanted, std::int64_t seq) {
  auto missing = wanted;
  keep_what_is_the_same(there, missing);
  for (const auto& row : there)
    TRY(sql_.retire_version.run({entity, row.span.from, row.known_from, seq}));
  for (const auto& span : missing) TRY(add_version(entity, span, seq));
  return {};
}

Result<void> Projection::replace_edges(const Edge& edge, std::vector<Row> there,
                                       const std::vector<Span>& wanted, std::int64_t seq) {
  const auto [source, type, target] = edge;
  auto missing = wanted;
  keep_what_is_the_same(there, missing);
  for (const auto& row : there)
    TRY(sql_.retire_edge.run({source, type, target, row.span.from, row.known_from, seq}));
  for (const auto& span : missing)
    TRY(sql_.add_edge.run({source, type, target, span.from, span.to, seq}));
  return {};
}

Result<void> Projection::add_version(std::string_view entity, const Span& span, std::int64_t seq) {
  return sql_.add_version.run(
      {entity, entity_type(entity), span.from, span.to, seq, std::string_view(span.content)});
}

Result<std::vector<Projection::Row>> Projection::rows(SqlStatement& statement,
                                                      std::initializer_list<SqlValue> values) {
  std::vector<Row> found;
  TRY(statement.run(values, [&found](const SqlRow& row) {
    found.push_back(
        {.span = {row.number(0), row.number(1), row.text(2)}, .known_from = row.number(3)});
  }));
  return found;
}

}  // namespace lightfast::store
