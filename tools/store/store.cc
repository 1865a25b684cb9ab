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

constexpr Database::Options kOptions = {
    .application_id = 0x4C467374, .version = 1, .schema = nullptr, .upgrades = {}};  // "LFst"

Database::Options options() {
  auto all = kOptions;
  all.schema = store_sql;
  return all;
}

// What makes the rows that follow from the log go away.
constexpr const char* kForget =
    "DELETE FROM entity; DELETE FROM edge;"
    "INSERT INTO events_text (events_text) VALUES ('delete-all');";

constexpr const char* kEvents =
    "SELECT id, source, type, occurred_at, actor, subject, title, body, url, causal_parent,"
    " relations, attributes, seq FROM events ORDER BY seq";

std::optional<std::string> optional_text(const SqlRow& row, int column) {
  auto text = row.text(column);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Event event_of(const SqlRow& row) {
  Event event{.id = row.text(0),
              .source = row.text(1),
              .type = row.text(2),
              .occurred_at = Moment(std::chrono::milliseconds(row.number(3))),
              .actor = optional_text(row, 4),
              .subject = row.text(5),
              .title = row.text(6),
              .body = row.text(7),
              .url = optional_text(row, 8),
              .causal_parent = optional_text(row, 9),
              .attributes = Json::parse(row.text(11), nullptr, false)};
  for (const auto& each : Json::parse(row.text(10), nullptr, false)) {
    event.relations.push_back({.entity = each["entity"].get<std::string>(),
                               .type = each["type"].get<std::string>(),
                               .removed = each.value("removed", false)});
  }
  return event;
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

struct Rule {
  const char* what;
  const char* broken;  // how many times
};

constexpr std::array kRules = {
    Rule{"events without words in the index",
         "SELECT (SELECT count(*) FROM events) - (SELECT count(*) FROM events_text_docsize)"},
    Rule{"events whose subject is not there",
         "SELECT count(*) FROM events WHERE NOT EXISTS (SELECT 1 FROM entity WHERE"
         " entity.id = events.subject)"},
    Rule{"versions of an entity that overlap",
         "SELECT count(*) FROM (SELECT id, valid_from, lag(valid_to) OVER (PARTITION BY id"
         " ORDER BY valid_from) AS earlier FROM entity WHERE known_to = 9223372036854775807)"
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
  Statements statements{
      .insert = TRY(database.prepare(
          "INSERT INTO events (id, source, type, occurred_at, received_at, actor, subject, title,"
          " body, url, causal_parent, relations, attributes)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING")),
      .index_words =
          TRY(database.prepare("INSERT INTO events_text (rowid, title, body) VALUES (?, ?, ?)"))};
  return StoreWriter(std::move(lock), Store(file, std::move(database)), std::move(projection),
                     std::move(statements));
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
  const auto object = to_json(event);
  const auto relations = object["relations"].dump();
  const auto attributes = object["attributes"].dump();
  TRY(sql_.insert.run({std::string_view(event.id), std::string_view(event.source),
                       std::string_view(event.type), milliseconds(event.occurred_at), received_at,
                       or_null(event.actor), std::string_view(event.subject),
                       std::string_view(event.title), std::string_view(event.body),
                       or_null(event.url), or_null(event.causal_parent),
                       std::string_view(relations), std::string_view(attributes)}));
  if (store_.database_.changes() == 0) return false;
  const auto seq = store_.database_.last_number();
  TRY(sql_.index_words.run({seq, std::string_view(event.title), std::string_view(event.body)}));
  TRY(projection_.take(event, seq));
  return true;
}

Result<void> StoreWriter::rebuild(const Store::Progress& progress) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  const auto all = TRY(number(store_.database_, "SELECT count(*) FROM events"));
  TRY(store_.database_.run(kForget));
  auto select = TRY(store_.database_.prepare(kEvents));
  std::int64_t done = 0;
  Result<void> taken;
  TRY(select.run({}, [&](const SqlRow& row) {
    if (taken) taken = projection_.take(event_of(row), row.number(12));
    progress(++done, all);
  }));
  TRY(std::move(taken));
  TRY(store_.database_.run("INSERT INTO events_text (events_text) VALUES ('rebuild')"));
  return transaction.commit();
}

Result<void> StoreWriter::compact() {
  TRY(store_.database_.run("INSERT INTO events_text (events_text) VALUES ('optimize')"));
  TRY(store_.database_.run("VACUUM"));
  return store_.database_.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace lightfast::store
