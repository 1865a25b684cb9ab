#include "tools/store/store.h"

#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/text.h"
#include "tools/store/store_sql.h"

namespace lightfast::store {
namespace {

constexpr std::int32_t kApplicationId = 0x4C467374;  // "LFst"
constexpr int kVersion = 2;

constexpr const char* kEvents =
    "SELECT id, source, type, occurred_at, actor, subject, title, body, url, causal_parent,"
    " relations, attributes, seq FROM events ORDER BY seq";

std::optional<std::string> optional_text(const SqlRow& row, int column) {
  auto text = row.text(column);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Event event_of(const SqlRow& row) {
  return {.id = row.text(0),
          .source = row.text(1),
          .type = row.text(2),
          .occurred_at = Moment(std::chrono::milliseconds(row.number(3))),
          .actor = optional_text(row, 4),
          .subject = row.text(5),
          .title = row.text(6),
          .body = row.text(7),
          .url = optional_text(row, 8),
          .causal_parent = optional_text(row, 9),
          .relations = relations_in(row.text(10)),
          .attributes = Json::parse(row.text(11), nullptr, false)};
}

std::int64_t milliseconds(Moment moment) { return moment.time_since_epoch().count(); }

SqlValue or_null(const std::optional<std::string>& text) {
  return text ? SqlValue(std::string_view(*text)) : SqlValue(nullptr);
}

Result<std::int64_t> number(const Database& database, const char* sql) {
  auto statement = TRY(database.prepare(sql));
  std::int64_t found = 0;
  TRY(statement.run({}, [&found](const SqlRow& row) { found = row.number(0); }));
  return found;
}

Result<std::map<std::string, std::int64_t>> counts(const Database& database, const char* sql) {
  auto statement = TRY(database.prepare(sql));
  std::map<std::string, std::int64_t> found;
  TRY(statement.run({}, [&found](const SqlRow& row) { found[row.text(0)] = row.number(1); }));
  return found;
}

// Makes what follows from the log anew, within a transaction that is under way.
Result<void> project_all(Database& database, const Store::Progress& progress) {
  const auto all = TRY(number(database, "SELECT count(*) FROM events"));
  TRY(Projection::clear(database));
  TRY(WordIndex::clear(database));
  auto projection = TRY(Projection::open(database));
  auto words = TRY(WordIndex::open(database));
  auto select = TRY(database.prepare(kEvents));
  std::int64_t done = 0;
  Result<void> taken;
  TRY(select.run({}, [&](const SqlRow& row) {
    const auto event = event_of(row);
    if (taken) taken = projection.take(event, row.number(12));
    if (taken) taken = words.take(event, row.number(12));
    progress(++done, all);
  }));
  return taken;
}

Result<void> finish_upgrade(Database& database) {
  TRY(database.run(projections_sql));
  return project_all(database, [](std::int64_t, std::int64_t) {});
}

Database::Options options() {
  static const std::array upgrades = {upgrade_1_sql};
  static_assert(upgrades.size() == kVersion - 1);
  return {.application_id = kApplicationId,
          .version = kVersion,
          .schema = schema_sql,
          .upgrades = upgrades,
          .finish_upgrade = finish_upgrade};
}

struct Rule {
  const char* what;
  const char* broken;  // how many times
};

constexpr std::array kRules = {
    Rule{"events without words in the index",
         "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM events_text_docsize)"},
    Rule{"events without names in the index",
         "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM events_names_docsize)"},
    Rule{"sources that are counted wrongly",
         "SELECT count(*) FROM (SELECT source, count(*), min(occurred_at), max(occurred_at), "
         "max(seq)"
         " FROM events GROUP BY source EXCEPT SELECT source, events, oldest, newest, last"
         " FROM cursor)"},
    Rule{"events whose subject is not there",
         "SELECT count(*) FROM events WHERE NOT EXISTS (SELECT 1 FROM entity WHERE"
         " entity.id = events.subject)"},
    Rule{"versions of an entity that overlap",
         "SELECT count(*) FROM (SELECT id, valid_from, lag(valid_to) OVER (PARTITION BY id"
         " ORDER BY valid_from) AS earlier FROM entity WHERE known_to IS NULL)"
         " WHERE earlier > valid_from"},
    Rule{"intervals that end before they begin",
         "SELECT (SELECT count(*) FROM entity WHERE valid_to <= valid_from)"
         " + (SELECT count(*) FROM edge WHERE valid_to <= valid_from)"},
};

}  // namespace

Result<Store> Store::open(const std::filesystem::path& file) {
  return Store(file, TRY(Database::open_for_reading(file, options())));
}

Result<void> Store::each_event(const std::function<Result<void>(const Event&)>& each) {
  auto select = TRY(database_.prepare(kEvents));
  Result<void> done;
  TRY(select.run({}, [&](const SqlRow& row) {
    if (done) done = each(event_of(row));
  }));
  return done;
}

Result<Stats> Store::stats() {
  Stats stats;
  stats.events = TRY(number(database_, "SELECT count(*) FROM events"));
  stats.entities = TRY(number(database_, "SELECT count(*) FROM entity_now"));
  stats.edges = TRY(number(database_, "SELECT count(*) FROM edge_now"));
  stats.by_source = TRY(counts(database_, "SELECT source, count(*) FROM events GROUP BY source"));
  stats.by_type = TRY(counts(database_, "SELECT type, count(*) FROM events GROUP BY type"));
  stats.bytes = TRY(number(database_,
                           "SELECT page_count * page_size FROM pragma_page_count,"
                           " pragma_page_size"));
  if (stats.events == 0) return stats;
  const auto moment = [](std::int64_t value) { return Moment(std::chrono::milliseconds(value)); };
  stats.oldest = moment(TRY(number(database_, "SELECT min(occurred_at) FROM events")));
  stats.newest = moment(TRY(number(database_, "SELECT max(occurred_at) FROM events")));
  return stats;
}

Result<Findings> Store::check(const Progress& progress) {
  const auto all = static_cast<std::int64_t>(kRules.size()) + 1;
  Findings findings;
  auto look = TRY(database_.prepare("PRAGMA quick_check(20)"));
  const auto looked = look.run({}, [&findings](const SqlRow& row) {
    if (const auto found = row.text(0); found != "ok") findings.push_back("the file: " + found);
  });
  if (!looked) findings.push_back("the file: " + looked.error().message);
  if (!findings.empty()) return findings;
  std::int64_t done = 1;
  for (const auto& rule : kRules) {
    progress(done++, all);
    const auto broken = TRY(number(database_, rule.broken));
    if (broken != 0) findings.push_back(fmt::format("{}: {}", rule.what, broken));
  }
  progress(all, all);
  return findings;
}

Result<StoreWriter> StoreWriter::open(const std::filesystem::path& file,
                                      const std::string& purpose) {
  if (file.has_parent_path()) TRY(make_private_directories(file.parent_path()).during("store"));
  auto lock = TRY(WriterLock::take(file, purpose));
  auto database = TRY(Database::open(file, options()));
  TRY(
      database.run("PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;"
                   "PRAGMA journal_size_limit = 67108864;"));
  auto projection = TRY(Projection::open(database));
  auto words = TRY(WordIndex::open(database));
  auto insert = TRY(database.prepare(
      "INSERT INTO events (id, source, type, occurred_at, received_at, actor, subject, title,"
      " body, url, causal_parent, relations, attributes)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"));
  return StoreWriter(std::move(lock), Store(file, std::move(database)), std::move(projection),
                     std::move(words), std::move(insert));
}

Result<StoreWriter::Added> StoreWriter::add(std::span<const Event> events, Moment received_at) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  Added added;
  for (const auto& event : events)
    ++(TRY(add_one(event, milliseconds(received_at))) ? added.taken : added.duplicates);
  TRY(transaction.commit());
  return added;
}

Result<bool> StoreWriter::add_one(const Event& event, std::int64_t received_at) {
  const auto relations = relations_text(event.relations);
  const auto attributes = event.attributes.dump();
  TRY(insert_.run({std::string_view(event.id), std::string_view(event.source),
                   std::string_view(event.type), milliseconds(event.occurred_at), received_at,
                   or_null(event.actor), std::string_view(event.subject),
                   std::string_view(event.title), std::string_view(event.body), or_null(event.url),
                   or_null(event.causal_parent), std::string_view(relations),
                   std::string_view(attributes)}));
  if (store_.database_.changes() == 0) return false;
  const auto seq = store_.database_.last_number();
  TRY(words_.take(event, seq));
  TRY(projection_.take(event, seq));
  return true;
}

Result<void> StoreWriter::rebuild(const Store::Progress& progress) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  TRY(project_all(store_.database_, progress));
  return transaction.commit();
}

Result<void> StoreWriter::compact() {
  TRY(WordIndex::optimize(store_.database_));
  TRY(store_.database_.run("VACUUM"));
  return store_.database_.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace lightfast::store
