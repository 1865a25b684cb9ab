// What the local tier asks the store, as SQL.
#include <utility>

#include "tools/search/local.h"

namespace lightfast::search {

// Of events, the newest first, within ?2 to ?3, what Search::collect() reads.
#define LIGHTFAST_LISTED \
  "SELECT seq, occurred_at, events.source, events.type, subject, occurred_at FROM "
#define LIGHTFAST_WITHIN " AND occurred_at >= ?2 AND occurred_at < ?3"

Result<Local> Local::open(Database& database) {
  auto ranker = TRY(ranking::Ranker::open(database, "events_text", "events_names"));
  Statements sql;
  TRY(database.prepare_all(
      {{sql.head,
        "SELECT id, source, type, subject, title, occurred_at, url FROM events"
        " WHERE seq = ?1"},
       {sql.text, "SELECT title, body FROM events WHERE seq = ?1"},
       {sql.name,
        "SELECT coalesce(properties ->> 'title', properties ->> 'name', ''),"
        " ifnull(properties ->> 'url', '') FROM entity WHERE id = ?1 AND"
        " known_to IS NULL ORDER BY valid_from DESC LIMIT 1"},
       {sql.before,
        "SELECT seq FROM events WHERE subject = ?1 AND (occurred_at, id) <"
        " (?2, ?3) ORDER BY occurred_at DESC, id DESC LIMIT 1"},
       {sql.after,
        "SELECT seq FROM events WHERE subject = ?1 AND (occurred_at, id) >"
        " (?2, ?3) ORDER BY occurred_at, id LIMIT 1"},
       {sql.newest_of, LIGHTFAST_LISTED "events WHERE subject = ?1" LIGHTFAST_WITHIN
                                        " ORDER BY occurred_at DESC, id DESC"},
       {sql.newest_by,
        LIGHTFAST_LISTED "events WHERE actor = ?1" LIGHTFAST_WITHIN " ORDER BY occurred_at DESC"},
       {sql.newest_to, LIGHTFAST_LISTED
        "edge CROSS JOIN events ON subject = edge.source AND occurred_at = valid_from"
        " WHERE target = ?1 AND edge.type = 'modifies' AND known_to IS NULL" LIGHTFAST_WITHIN
        " ORDER BY valid_from DESC"},
       {sql.oldest, "SELECT min(oldest), count(*) FROM cursor WHERE source <> 'lightfast'"},
       {sql.of_type,
        LIGHTFAST_LISTED "events WHERE type = ?1" LIGHTFAST_WITHIN " ORDER BY occurred_at DESC"},
       // Each of few by a look into the index.
       {sql.types,
        "WITH RECURSIVE kind(name) AS (SELECT min(type) FROM events UNION ALL SELECT (SELECT"
        " min(type) FROM events WHERE type > name) FROM kind WHERE name IS NOT NULL)"
        " SELECT name FROM kind WHERE name IS NOT NULL LIMIT 1000"},
       {sql.of_time,
        LIGHTFAST_LISTED "events WHERE true" LIGHTFAST_WITHIN " ORDER BY occurred_at DESC"},
       {sql.open,
        "SELECT seq, valid_from, source, events.type, subject, occurred_at FROM entity"
        " CROSS JOIN events ON seq = (SELECT seq FROM events WHERE subject = entity.id"
        " ORDER BY occurred_at DESC, id DESC LIMIT 1)"
        " WHERE entity.type = ?1 AND known_to IS NULL AND valid_to ="
        " 9223372036854775807 AND instr(properties, '\"state\":\"open\"') > 0 AND"
        " properties ->> 'state' = 'open'" LIGHTFAST_WITHIN " ORDER BY valid_from DESC"},
       {sql.by_id, "SELECT seq FROM events WHERE id = ?1"}}));
  return Local(database, std::move(ranker), std::move(sql));
}

#undef LIGHTFAST_LISTED
#undef LIGHTFAST_WITHIN

}  // namespace lightfast::search
