#include "tools/store/projection.h"

#include <algorithm>
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

// Takes those out of both that are in both.
template <class Rows>
void keep_what_is_the_same(Rows& there, std::vector<Span>& wanted) {
  std::erase_if(there, [&wanted](const auto& row) {
    const auto same = std::ranges::find(wanted, row.span);
    if (same == wanted.end()) return false;
    wanted.erase(same);
    return true;
  });
}

}  // namespace

Result<Projection> Projection::open(const Database& database) {
  // What is believed now.
  const auto prepare = [&database](const char* sql) { return database.prepare(sql); };
  return Projection(Statements{
      .has_later = TRY(prepare("SELECT 1 FROM events WHERE subject = ?1 AND occurred_at >= ?2"
                               " AND seq < ?3 LIMIT 1")),
      .first_version = TRY(
          prepare("SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
                  " AND known_to IS NULL ORDER BY valid_from LIMIT 1")),
      .last_version = TRY(
          prepare("SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
                  " AND known_to IS NULL ORDER BY valid_from DESC LIMIT 1")),
      .versions_from = TRY(
          prepare("SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1"
                  " AND known_to IS NULL AND valid_from >= ?2 ORDER BY valid_from")),
      .version_before = TRY(prepare(
          "SELECT valid_from, valid_to, properties, known_from FROM entity WHERE id = ?1 AND"
          " known_to IS NULL AND valid_from < ?2 ORDER BY valid_from DESC LIMIT 1")),
      .retire_version = TRY(prepare("UPDATE entity SET known_to = ?4 WHERE id = ?1"
                                    " AND valid_from = ?2 AND known_from = ?3")),
      .end_version = TRY(prepare("UPDATE entity SET valid_to = ?4, end_known_from = ?5"
                                 " WHERE id = ?1 AND valid_from = ?2 AND known_from = ?3")),
      .add_version =
          TRY(prepare("INSERT INTO entity (id, type, valid_from, valid_to, known_from, known_to,"
                      " end_known_from, properties) VALUES (?1, ?2, ?3, ?4, ?5, NULL, NULL, ?6)")),
      .last_edge = TRY(prepare(
          "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
          " AND target = ?3 AND known_to IS NULL ORDER BY valid_from DESC LIMIT 1")),
      .edges_from = TRY(prepare(
          "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
          " AND target = ?3 AND known_to IS NULL AND valid_from >= ?4"
          " ORDER BY valid_from")),
      .edge_before = TRY(prepare(
          "SELECT valid_from, valid_to, '', known_from FROM edge WHERE source = ?1 AND type = ?2"
          " AND target = ?3 AND known_to IS NULL AND valid_from < ?4"
          " ORDER BY valid_from DESC LIMIT 1")),
      .retire_edge = TRY(prepare("UPDATE edge SET known_to = ?6 WHERE source = ?1 AND type = ?2"
                                 " AND target = ?3 AND valid_from = ?4 AND known_from = ?5")),
      .end_edge = TRY(prepare("UPDATE edge SET valid_to = ?6, end_known_from = ?7 WHERE source = ?1"
                              " AND type = ?2 AND target = ?3 AND valid_from = ?4"
                              " AND known_from = ?5")),
      .add_edge = TRY(prepare(
          "INSERT INTO edge (source, type, target, valid_from, valid_to, known_from, known_to,"
          " end_known_from) VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL)")),
      .changes_from = TRY(prepare("SELECT occurred_at, attributes, relations FROM events"
                                  " WHERE subject = ?1 AND occurred_at >= ?2 AND seq <= ?3"
                                  " ORDER BY occurred_at, id")),
      .add_alias = TRY(prepare("INSERT INTO alias (name, entity) VALUES (?1, ?2)"
                               " ON CONFLICT DO NOTHING")),
      .advance_cursor = TRY(prepare(
          "INSERT INTO cursor (source, events, oldest, newest, last) VALUES (?1, 1, ?2, ?2, ?3)"
          " ON CONFLICT (source) DO UPDATE SET events = events + 1, oldest = min(oldest, ?2),"
          " newest = max(newest, ?2), last = ?3"))});
}

Result<void> Projection::clear(Database& database) {
  return database.run(
      "DELETE FROM entity; DELETE FROM edge; DELETE FROM alias; DELETE FROM cursor;");
}

// An event that is the latest of its subject adds to the end; of one that comes late, or at the
// same time as another, the intervals from its time on are made anew.
Result<void> Projection::take(const Event& event, std::int64_t seq) {
  const auto at = instant_of(event.occurred_at);
  bool is_late = false;
  TRY(sql_.has_later.run({std::string_view(event.subject), at, seq},
                         [&is_late](const SqlRow& /*row*/) { is_late = true; }));
  TRY(is_late ? change_late(event, at, seq) : change_now(event, at, seq));
  TRY(relate(event, is_late, at, seq));
  if (event.actor && !entity_type(*event.actor).empty()) TRY(mention(*event.actor, at, seq));
  TRY(note_url(event));
  return sql_.advance_cursor.run({std::string_view(event.source), at, seq});
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
  for (const auto& [name, is_there] : said) {
    const Edge edge{event.subject, name.first, name.second};
    TRY(mention(edge.target, at, seq));
    TRY(is_late ? relate_late(edge, at, seq) : relate_now(edge, is_there, at, seq));
  }
  return {};
}

// An entity is there from the first time that anything names it.
Result<void> Projection::mention(std::string_view entity, Instant at, std::int64_t seq) {
  const auto there = TRY(rows(sql_.first_version, {entity}));
  if (there.empty()) return begin(entity, {.from = at, .to = kNoEnd, .content = "{}"}, seq);
  const auto& first = there.front();
  if (first.span.from <= at) return {};
  const bool is_unknown = first.span.content == "{}";
  if (!is_unknown)
    return add_version(entity, {.from = at, .to = first.span.from, .content = "{}"}, seq);
  TRY(sql_.retire_version.run({entity, first.span.from, first.known_from, seq}));
  return add_version(entity, {.from = at, .to = first.span.to, .content = "{}"}, seq);
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
  // Another event may have named it at this time, or at a later one.
  if (last.span.from >= at) return change_late(event, at, seq);
  auto properties = merged(last.span.content, attributes);
  if (properties == last.span.content) return {};
  TRY(sql_.end_version.run({entity, last.span.from, last.known_from, at, seq}));
  return add_version(entity, {at, kNoEnd, std::move(properties)}, seq);
}

Result<void> Projection::change_late(const Event& event, Instant at, std::int64_t seq) {
  const std::string_view entity = event.subject;
  auto there = TRY(rows(sql_.versions_from, {entity, at}));
  const auto before = TRY(rows(sql_.version_before, {entity, at}));
  std::vector<PropertyChange> changes;
  TRY(sql_.changes_from.run({entity, at, seq}, [&changes](const SqlRow& row) {
    changes.push_back({.at = row.number(0), .attributes = row.text(1)});
  }));
  const auto wanted =
      property_spans(before.empty() ? std::nullopt : std::optional(before.front().span), changes);
  there.insert(there.begin(), before.begin(), before.end());
  return replace_versions(entity, std::move(there), wanted, seq);
}

Result<void> Projection::relate_now(const Edge& edge, bool is_there, Instant at, std::int64_t seq) {
  const auto there = TRY(rows(sql_.last_edge, {edge.source, edge.type, edge.target}));
  const bool was_there = !there.empty() && there.front().span.to == kNoEnd;
  if (was_there == is_there) return {};
  if (is_there) return sql_.add_edge.run({edge.source, edge.type, edge.target, at, kNoEnd, seq});
  const auto& last = there.front();
  return sql_.end_edge.run(
      {edge.source, edge.type, edge.target, last.span.from, last.known_from, at, seq});
}

Result<void> Projection::relate_late(const Edge& edge, Instant at, std::int64_t seq) {
  const auto [source, type, target] = edge;
  auto there = TRY(rows(sql_.edges_from, {source, type, target, at}));
  const auto before = TRY(rows(sql_.edge_before, {source, type, target, at}));
  std::vector<EdgeChange> changes;
  TRY(sql_.changes_from.run({source, at, seq},
                            [&, type = type, target = target](const SqlRow& row) {
                              const auto said = said_of(relations_in(row.text(2)), type, target);
                              if (said) changes.push_back({.at = row.number(0), .is_there = *said});
                            }));
  const auto wanted =
      edge_spans(before.empty() ? std::nullopt : std::optional(before.front().span), changes);
  there.insert(there.begin(), before.begin(), before.end());
  return replace_edges(edge, std::move(there), wanted, seq);
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
