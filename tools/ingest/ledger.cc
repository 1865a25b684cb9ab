#include "tools/ingest/ledger.h"

#include <algorithm>
#include <array>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "tools/ingest/ledger_sql.h"

namespace lightfast::ingest {
namespace {

constexpr std::int32_t kApplicationId = 0x4C466465;  // "LFde"
constexpr int kVersion = 4;

// From each earlier version to the next.
constexpr std::array kUpgrades = {
    "DROP INDEX delivery_status;"
    "CREATE INDEX delivery_status ON delivery (status, org, next_at);"
    "CREATE TABLE binding (kind TEXT NOT NULL CHECK (kind IN ('repository', 'installation')),"
    " id INTEGER NOT NULL, org TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, id, org))"
    " STRICT;",
    "ALTER TABLE delivery ADD COLUMN needs_sync INTEGER NOT NULL DEFAULT 1;"
    "CREATE TABLE pending (number INTEGER PRIMARY KEY REFERENCES delivery (number) ON DELETE"
    " CASCADE, org TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL"
    " DEFAULT 0, bytes INTEGER NOT NULL, events TEXT NOT NULL) STRICT;"
    "CREATE INDEX pending_org ON pending (org, next_at, bytes);",
    "ALTER TABLE pending ADD COLUMN payload BLOB NOT NULL DEFAULT x'';"
    "ALTER TABLE pending ADD COLUMN payload_bytes INTEGER NOT NULL DEFAULT 0;"};
static_assert(kUpgrades.size() == kVersion - 1);

constexpr int kMostUnrouted =
    50;  // looked at together: a payload may have 25 MiB, most have 20 KiB
constexpr int kMostTogether = 1'000;  // deliveries whose events are kept together

constexpr std::array<std::pair<Status, std::string_view>, 4> kStatuses = {
    {{Status::Waiting, "waiting"},
     {Status::Done, "done"},
     {Status::Ignored, "ignored"},
     {Status::Dead, "dead"}}};

std::string_view kind_text(Bound kind) {
  return kind == Bound::Repository ? "repository" : "installation";
}

std::int64_t milliseconds(Time time) { return time.time_since_epoch().count(); }
Time time_of(std::int64_t milliseconds) { return Time(std::chrono::milliseconds(milliseconds)); }

Delivery delivery_of(const SqlRow& row) {
  return {.provider = row.text(0),
          .org = {row.text(1)},
          .id = row.text(2),
          .event = row.text(3),
          .status = status_of(row.text(4)).value_or(Status::Dead),
          .reason = row.text(5),
          .received_at = time_of(row.number(6)),
          .attempts = static_cast<int>(row.number(7)),
          .next_at = time_of(row.number(8))};
}

}  // namespace

std::string_view status_text(Status status) {
  const auto* const found =
      std::ranges::find(kStatuses, status, [](const auto& each) { return each.first; });
  return found->second;
}

std::optional<Status> status_of(std::string_view text) {
  const auto* const found =
      std::ranges::find(kStatuses, text, [](const auto& each) { return each.second; });
  return found == kStatuses.end() ? std::nullopt : std::optional(found->first);
}

// What SQLite sorts it sorts in memory: a confined server may make no temporary files.
Result<Ledger> Ledger::open(const std::filesystem::path& data_dir) {
  auto database = TRY(Database::open(data_dir / "deliveries.db", {.application_id = kApplicationId,
                                                                  .version = kVersion,
                                                                  .schema = ledger_sql,
                                                                  .upgrades = kUpgrades}));
  TRY(database.run("PRAGMA temp_store = MEMORY"));
  return Ledger(std::move(database));
}

Result<std::vector<bool>> Ledger::add(const std::vector<Delivery>& deliveries) {
  auto transaction = TRY(Transaction::begin(database_));
  auto are_new = TRY(insert(deliveries));
  TRY(transaction.commit());
  return are_new;
}

Result<std::vector<bool>> Ledger::insert(const std::vector<Delivery>& deliveries) {
  auto insert = TRY(database_.prepare(
      "INSERT INTO delivery (provider, org, id, event, received_at, status, reason, body, bytes,"
      " needs_sync) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"));
  auto keep = TRY(
      database_.prepare("INSERT INTO pending (number, org, bytes, events, payload, payload_bytes)"
                        " VALUES (?, ?, ?, ?, ?, ?)"));
  std::vector<bool> are_new;
  are_new.reserve(deliveries.size());
  for (const auto& each : deliveries) {
    TRY(insert.run({each.provider, each.org.value, each.id, each.event,
                    milliseconds(each.received_at), status_text(each.status), each.reason,
                    each.body, static_cast<std::int64_t>(each.body.size()),
                    std::int64_t{each.needs_sync}}));
    are_new.push_back(database_.changes() > 0);
    if (!are_new.back() || each.events.empty()) continue;
    TRY(keep.run({database_.last_number(), each.org.value,
                  static_cast<std::int64_t>(each.events.size() + each.payload.size()), each.events,
                  SqlBytes{each.payload}, each.payload_bytes}));
  }
  return are_new;
}

Result<std::map<OrgId, Due>> Ledger::due(Time now) {
  auto find = TRY(database_.prepare(
      "SELECT org, number, next_at <= ? FROM delivery WHERE status = 'waiting' AND org <> ''"
      " AND needs_sync"));
  std::map<OrgId, Due> found;
  TRY(find.run({milliseconds(now)}, [&](const SqlRow& row) {
    auto& due = found[OrgId{row.text(0)}];
    due.all.push_back(row.number(1));
    if (row.number(2) != 0) due.now.push_back(row.number(1));
  }));
  std::erase_if(found, [](const auto& each) { return each.second.now.empty(); });
  return found;
}

Result<std::vector<Unrouted>> Ledger::unrouted(Time now) {
  auto find = TRY(database_.prepare(
      "SELECT provider, d.org, id, event, status, reason, received_at, d.attempts, d.next_at,"
      " number, body, events, payload, payload_bytes FROM delivery d LEFT JOIN pending USING "
      "(number)"
      " WHERE status = 'waiting' AND d.org = '' AND d.next_at <= ? LIMIT ?"));
  std::vector<Unrouted> found;
  TRY(find.run({milliseconds(now), std::int64_t{kMostUnrouted}}, [&](const SqlRow& row) {
    found.push_back({.number = row.number(9), .delivery = delivery_of(row)});
    found.back().delivery.body = row.text(10);
    found.back().delivery.events = row.text(11);
    found.back().delivery.payload = row.text(12);
    found.back().delivery.payload_bytes = row.number(13);
  }));
  return found;
}

// An organisation may have got the same delivery meanwhile, when it was sent again.
Result<void> Ledger::replace(std::int64_t number, const std::vector<Delivery>& deliveries) {
  auto transaction = TRY(Transaction::begin(database_));
  TRY(insert(deliveries));
  auto drop = TRY(database_.prepare("DELETE FROM delivery WHERE number = ?"));
  TRY(drop.run({number}));
  return transaction.commit();
}

Result<void> Ledger::mark_done(const std::vector<std::int64_t>& numbers) {
  auto transaction = TRY(Transaction::begin(database_));
  auto update = TRY(database_.prepare(
      "UPDATE delivery SET needs_sync = 0, reason = '', status ="
      " iif(EXISTS (SELECT 1 FROM pending WHERE pending.number = ?1), status, 'done')"
      " WHERE number = ?1 AND status = 'waiting'"));
  for (const auto number : numbers) TRY(update.run({number}));
  return transaction.commit();
}

// Again after 5 s, then 20, 80 and 320.
Result<void> Ledger::mark_failed(const std::vector<std::int64_t>& numbers,
                                 const std::string& reason, Time now) {
  auto transaction = TRY(Transaction::begin(database_));
  auto update = TRY(database_.prepare(
      "UPDATE delivery SET attempts = attempts + 1, reason = ?2,"
      " status = iif(attempts + 1 < ?3, 'waiting', 'dead'),"
      " next_at = ?4 + (5000 << (2 * attempts)) WHERE number = ?1 AND status = 'waiting'"));
  for (const auto number : numbers) {
    TRY(update.run(
        {number, std::string_view(reason), std::int64_t{kMaxAttempts}, milliseconds(now)}));
  }
  return transaction.commit();
}

Result<std::vector<OrgId>> Ledger::with_pending(Time now) {
  auto find =
      TRY(database_.prepare("SELECT DISTINCT org FROM pending WHERE org <> '' AND next_at <= ?"));
  std::vector<OrgId> found;
  TRY(find.run({milliseconds(now)},
               [&found](const SqlRow& row) { found.push_back(OrgId{row.text(0)}); }));
  return found;
}

Result<std::vector<Pending>> Ledger::pending(const OrgId& org, std::int64_t most) {
  auto find = TRY(database_.prepare(
      "SELECT number, events, provider, id, event, received_at, payload_bytes, payload FROM"
      " (SELECT number, bytes, sum(bytes) OVER (ORDER BY number) AS so_far FROM"
      " (SELECT number, bytes FROM pending WHERE org = ? ORDER BY number LIMIT ?))"
      " JOIN pending p USING (number) JOIN delivery USING (number)"
      " WHERE so_far - p.bytes < ? ORDER BY number"));
  std::vector<Pending> pending;
  TRY(find.run({std::string_view(org.value), std::int64_t{kMostTogether}, most},
               [&pending](const SqlRow& row) {
                 pending.push_back({.number = row.number(0),
                                    .events = row.text(1),
                                    .payload = {.provider = row.text(2),
                                                .delivery = row.text(3),
                                                .kind = row.text(4),
                                                .received_at = time_of(row.number(5)),
                                                .bytes = row.number(6),
                                                .packed = row.text(7)}});
               }));
  return pending;
}

Result<void> Ledger::mark_kept(const std::vector<std::int64_t>& numbers) {
  auto transaction = TRY(Transaction::begin(database_));
  auto drop = TRY(database_.prepare("DELETE FROM pending WHERE number = ?"));
  auto update = TRY(database_.prepare(
      "UPDATE delivery SET status = 'done', reason = '' WHERE number = ? AND NOT needs_sync"));
  for (const auto number : numbers) {
    TRY(drop.run({number}));
    TRY(update.run({number}));
  }
  return transaction.commit();
}

Result<void> Ledger::mark_not_kept(const OrgId& org, const std::string& reason, Time now) {
  auto transaction = TRY(Transaction::begin(database_));
  auto fail = TRY(database_.prepare(
      "UPDATE pending SET attempts = attempts + 1, next_at = iif(attempts + 1 < ?2, ?3 + (5000 <<"
      " (2 * attempts)), 9223372036854775807) WHERE org = ?1 AND next_at <= ?3"));
  TRY(fail.run({std::string_view(org.value), std::int64_t{kMaxAttempts}, milliseconds(now)}));
  auto tell = TRY(database_.prepare(
      "UPDATE delivery SET reason = ?3, status = iif(p.attempts < ?2, status, 'dead')"
      " FROM pending p WHERE p.number = delivery.number AND p.org = ?1 AND p.attempts > 0"
      " AND status = 'waiting'"));
  TRY(tell.run(
      {std::string_view(org.value), std::int64_t{kMaxAttempts}, std::string_view(reason)}));
  return transaction.commit();
}

Result<void> Ledger::postpone(const OrgId& org, const std::string& reason, Time until) {
  auto transaction = TRY(Transaction::begin(database_));
  auto update =
      TRY(database_.prepare("UPDATE pending SET next_at = ?2 WHERE org = ?1 AND next_at < ?2"));
  TRY(update.run({std::string_view(org.value), milliseconds(until)}));
  auto tell = TRY(database_.prepare(
      "UPDATE delivery SET reason = ?2 FROM pending p WHERE p.number = delivery.number AND p.org ="
      " ?1 AND status = 'waiting' AND reason <> ?2"));
  TRY(tell.run({std::string_view(org.value), std::string_view(reason)}));
  return transaction.commit();
}

Result<std::map<OrgId, PendingSize>> Ledger::pending_sizes() {
  auto find = TRY(database_.prepare("SELECT org, count(*), sum(bytes) FROM pending GROUP BY org"));
  std::map<OrgId, PendingSize> sizes;
  TRY(find.run({}, [&sizes](const SqlRow& row) {
    sizes[OrgId{row.text(0)}] = {.deliveries = row.number(1), .bytes = row.number(2)};
  }));
  return sizes;
}

Result<std::vector<Delivery>> Ledger::list(std::optional<Status> status, int limit) {
  auto find = TRY(database_.prepare(
      "SELECT provider, org, id, event, status, reason, received_at, attempts, next_at"
      " FROM delivery WHERE ?1 IS NULL OR status = ?1 ORDER BY number DESC LIMIT ?2"));
  const SqlValue wanted = status ? SqlValue(status_text(*status)) : SqlValue(nullptr);
  std::vector<Delivery> deliveries;
  TRY(find.run({wanted, std::int64_t{limit}},
               [&](const SqlRow& row) { deliveries.push_back(delivery_of(row)); }));
  return deliveries;
}

// What is not GitHub's is about no repository of ours; without events nothing is left to do.
Result<void> Ledger::replay(std::string_view id) {
  auto transaction = TRY(Transaction::begin(database_));
  auto update = TRY(database_.prepare(
      "UPDATE delivery SET attempts = 0, next_at = 0, reason = '', needs_sync = provider = "
      "'github',"
      " status = iif(provider = 'github' OR EXISTS (SELECT 1 FROM pending WHERE pending.number ="
      " delivery.number), 'waiting', 'done') WHERE id = ?"));
  TRY(update.run({id}));
  if (database_.changes() == 0) {
    return Error{ErrorKind::NotFound,
                 fmt::format("replaying delivery '{}': there is none of this id; `lightfast "
                             "deliveries list` shows those there are",
                             visible_line(id))};
  }
  auto again =
      TRY(database_.prepare("UPDATE pending SET attempts = 0, next_at = 0 WHERE number IN (SELECT"
                            " number FROM delivery WHERE id = ?)"));
  TRY(again.run({id}));
  return transaction.commit();
}

Result<std::map<OrgId, std::int64_t>> Ledger::count(Status status) {
  auto find =
      TRY(database_.prepare("SELECT org, count(*) FROM delivery WHERE status = ? GROUP BY org"));
  std::map<OrgId, std::int64_t> counts;
  TRY(find.run({status_text(status)},
               [&](const SqlRow& row) { counts[OrgId{row.text(0)}] = row.number(1); }));
  return counts;
}

Result<std::vector<Binding>> Ledger::bindings(Bound kind, std::int64_t id) {
  auto find = TRY(database_.prepare("SELECT org, name FROM binding WHERE kind = ? AND id = ?"));
  std::vector<Binding> found;
  TRY(find.run({kind_text(kind), id}, [&](const SqlRow& row) {
    found.push_back({.org = OrgId{row.text(0)}, .name = row.text(1)});
  }));
  return found;
}

Result<std::vector<std::int64_t>> Ledger::bound_to(const OrgId& org, const std::string& name,
                                                   Bound kind) {
  auto find =
      TRY(database_.prepare("SELECT id FROM binding WHERE kind = ? AND org = ? AND name = ?"));
  std::vector<std::int64_t> ids;
  TRY(find.run({kind_text(kind), std::string_view(org.value), std::string_view(name)},
               [&](const SqlRow& row) { ids.push_back(row.number(0)); }));
  return ids;
}

Result<void> Ledger::bind(Bound kind, std::int64_t id, const OrgId& org, const std::string& name) {
  auto forget = TRY(database_.prepare("DELETE FROM binding WHERE org = ? AND name <> ?"));
  TRY(forget.run({std::string_view(org.value), std::string_view(name)}));
  auto insert = TRY(database_.prepare(
      "INSERT INTO binding (kind, id, org, name) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"));
  return insert.run({kind_text(kind), id, std::string_view(org.value), std::string_view(name)});
}

Result<void> Ledger::unbind(Bound kind, std::int64_t id, const OrgId& org) {
  auto remove = TRY(database_.prepare("DELETE FROM binding WHERE kind = ? AND id = ? AND org = ?"));
  return remove.run({kind_text(kind), id, std::string_view(org.value)});
}

Result<void> Ledger::prune(Time now) {
  auto transaction = TRY(Transaction::begin(database_));
  auto by_age =
      TRY(database_.prepare("DELETE FROM delivery WHERE status <> 'waiting' AND received_at < ?"
                            " AND number NOT IN (SELECT number FROM pending WHERE org <> '')"));
  TRY(by_age.run({milliseconds(now - kKept)}));
  auto by_number = TRY(database_.prepare(
      "DELETE FROM delivery WHERE status <> 'waiting' AND number IN (SELECT number FROM (SELECT"
      " number, row_number() OVER (PARTITION BY org ORDER BY number DESC) AS place"
      " FROM delivery) WHERE place > ?)"
      " AND number NOT IN (SELECT number FROM pending WHERE org <> '')"));
  TRY(by_number.run({kMostKept}));
  return transaction.commit();
}

Result<void> Ledger::prune_unrouted() {
  auto drop = TRY(database_.prepare(
      "DELETE FROM pending WHERE number IN (SELECT number FROM (SELECT number, sum(bytes) OVER"
      " (ORDER BY number DESC) AS so_far FROM pending WHERE org = '') WHERE so_far > ?)"));
  return drop.run({kMostUnroutedBytes});
}

}  // namespace lightfast::ingest
