// Keeps `entity`, `edge`, `alias` and `cursor` what follows from the log, event by event, in
// whichever order these come. One thread at a time, with the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/event.h"
#include "tools/store/spans.h"

namespace lightfast::store {

class Projection {
 public:
  // Prepares its statements; `database` outlives it.
  static Result<Projection> open(const Database& database);

  // Takes in an event that is in the log as `seq`, all before it having been taken in.
  Result<void> take(const Event& event, std::int64_t seq);

  // For all to be taken in anew, the first to the last, by what has the log whole already. Within a
  // transaction, which end_anew() comes before the end of.
  static Result<Projection> begin_anew(Database& database);
  static Result<void> end_anew(Database& database);

 private:
  struct Row {
    Span span;
    std::int64_t known_from = 0;
  };
  struct Statements {
    SqlStatement has_later, first_version, last_version, versions_from, version_before,
        retire_version, end_version, begin_earlier, add_version;
    SqlStatement last_edge, edges_from, edge_before, retire_edge, end_edge, add_edge;
    SqlStatement changes_from, add_alias, advance_cursor, note_taken;
  };
  // What the events of a subject say from a time on, until before `until`: of few at first, for
  // mostly what follows from them is soon what it was before.
  struct Changes {
    struct Event {
      Instant at;
      std::string attributes;
      std::vector<Relation> relations;
    };
    std::vector<Event> events;
    Instant until = kNoEnd;
  };
  // One edge, by its three parts.
  struct Edge {
    std::string_view source, type, target;
  };
  enum class Log { UpToHere, Whole };
  static Result<Projection> open(const Database& database, Log log);
  static Result<void> prepare_versions(const Database& database, Statements& sql);
  static Result<void> prepare_edges(const Database& database, Statements& sql);
  static Result<void> prepare_events(const Database& database, Statements& sql, Log log);
  Projection(Statements statements, Log log) : sql_(std::move(statements)), log_(log) {}

  Result<void> mention(std::string_view entity, Instant at, std::int64_t seq);
  Result<void> begin(std::string_view entity, const Span& span, std::int64_t seq);
  Result<void> note_url(const Event& event);
  Result<void> change_now(const Event& event, Instant at, std::int64_t seq);
  Result<void> change_late(const Event& event, Instant at, std::int64_t seq);
  Result<bool> change_until(std::string_view entity, const Changes& changes, Instant at,
                            std::int64_t seq);
  Result<void> relate(const Event& event, bool is_late, Instant at, std::int64_t seq);
  Result<bool> relate_now(const Edge& edge, bool is_there, Instant at, std::int64_t seq);
  Result<void> relate_late(std::string_view subject, std::vector<Edge> edges, Instant at,
                           std::int64_t seq);
  Result<std::vector<Edge>> relate_all_until(const std::vector<Edge>& edges, const Changes& changes,
                                             Instant at, std::int64_t seq);
  Result<bool> relate_until(const Edge& edge, const Changes& changes, Instant at, std::int64_t seq);
  Result<bool> is_late(const Event& event, Instant at);
  Result<Changes> changes_from(std::string_view subject, Instant at, std::int64_t most);
  Result<void> replace_versions(std::string_view entity, std::vector<Row> there,
                                const std::vector<Span>& wanted, std::int64_t seq);
  Result<void> replace_edges(const Edge& edge, std::vector<Row> there,
                             const std::vector<Span>& wanted, std::int64_t seq);
  Result<void> add_version(std::string_view entity, const Span& span, std::int64_t seq);
  Result<std::vector<Row>> rows(SqlStatement& statement, std::initializer_list<SqlValue> values);

  Statements sql_;
  Log log_;
};

}  // namespace lightfast::store
