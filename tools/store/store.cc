#include "tools/store/store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/text.h"
#include "tools/store/damage.h"
#include "tools/store/event_row.h"
#include "tools/store/retention.h"
#include "tools/store/store_sql.h"

namespace lightfast::store {
namespace {

constexpr int kVersion = 3;

constexpr const char* kEvents = "SELECT " LIGHTFAST_STORE_EVENT ", seq FROM events ORDER BY seq";

// What stands for forgotten events is none.
constexpr const char* kHappened = "SELECT count(*) FROM events WHERE source <> 'lightfast'";
constexpr const char* kHappenedBefore =
    "SELECT 1 FROM events WHERE source <> 'lightfast' AND occurred_at < ?1 LIMIT 1";

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
  TRY(WordIndex::clear(database));
  auto projection = TRY(Projection::begin_anew(database));
  auto words = TRY(WordIndex::open(database));
  auto select = TRY(database.prepare(kEvents));
  std::int64_t done = 0;
  Result<void> taken;
  TRY(select.run_while({}, [&](const SqlRow& row) {
    const auto event = event_in(row);
    taken = projection.take(event, row.number(12));
    if (taken) taken = words.take(event, row.number(12));
    progress(++done, all);
    return taken.has_value();
  }));
  TRY(std::move(taken));
  return Projection::end_anew(database);
}

// Since version 2 what follows from the log is the same.
Result<void> finish_upgrade(Database& database, std::int64_t from) {
  if (from >= 2) return {};
  TRY(database.run(projections_sql));
  return project_all(database, [](std::int64_t, std::int64_t) {});
}

Database::Options options() {
  static const std::array upgrades = {upgrade_1_sql, payloads_sql};
  static_assert(upgrades.size() == kVersion - 1);
  return {.application_id = kApplicationId,
          .version = kVersion,
          .schema = schema_sql,
          .oldest_read = 2,
          .upgrades = upgrades,
          .finish_upgrade = finish_upgrade};
}

// As a phrase of FTS5's query language, which reads on to the first NUL; such a byte stands between
// words.
std::string phrase_of(std::string_view text) {
  std::string phrase = "\"";
  for (const char c : text) phrase.append(c == '"' ? 2 : 1, c == '\0' ? ' ' : c);
  return phrase + "\"";
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
  TRY(select.run_while({}, [&](const SqlRow& row) {
    done = each(event_in(row));
    return done.has_value();
  }));
  return done;
}

Result<Payload> Store::payload(std::string_view event) { return payload_of(database_, event); }

Result<Stats> Store::stats() {
  Stats stats;
  stats.events = TRY(number(database_, "SELECT count(*) FROM events"));
  stats.entities = TRY(number(database_, "SELECT count(*) FROM entity_now"));
  stats.edges = TRY(number(database_, "SELECT count(*) FROM edge_now"));
  stats.by_source = TRY(counts(database_, "SELECT source, count(*) FROM events GROUP BY source"));
  stats.by_type = TRY(counts(database_, "SELECT type, count(*) FROM events GROUP BY type"));
  stats.payloads = TRY(payloads_in(database_));
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
  if (const auto damage = TRY(damage_of(database_)); !damage.empty())
    return Findings{"the file: " + damage};
  std::int64_t done = 1;
  for (const auto& rule : kRules) {
    progress(done++, all);
    const auto broken = TRY(number(database_, rule.broken));
    if (broken != 0) findings.push_back(fmt::format("{}: {}", rule.what, broken));
  }
  if (const auto lost = TRY(payloads_in(database_)).without_event; lost > 0)
    findings.push_back(fmt::format("payloads whose events are not there: {}", lost));
  if (const auto lost = TRY(lost_words()); lost > 0)
    findings.push_back(
        fmt::format("events whose titles the index of words does not find: {}", lost));
  progress(all, all);
  return findings;
}

// Of some events all over the log.
Result<std::int64_t> Store::lost_words() {
  constexpr std::int64_t kMostTried = 500;
  auto find = TRY(database_.prepare(
      "SELECT count(*) FROM events_text WHERE events_text MATCH ?1 AND rowid = ?2"));
  auto some = TRY(database_.prepare(
      "SELECT seq, title FROM events WHERE title GLOB '*[A-Za-z]*' AND (?1 = 0 OR seq % ?1 = 0)"));
  const auto events = TRY(number(database_, "SELECT count(*) FROM events"));
  std::vector<std::pair<std::int64_t, std::string>> titles;
  TRY(some.run({events / kMostTried},
               [&titles](const SqlRow& row) { titles.emplace_back(row.number(0), row.text(1)); }));
  std::int64_t lost = 0;
  const auto count = [&lost](const SqlRow& row) { lost += row.number(0) == 0 ? 1 : 0; };
  for (const auto& [seq, title] : titles) {
    const auto phrase = phrase_of(title);
    TRY(find.run({std::string_view(phrase), seq}, count));
  }
  return lost;
}

Result<StoreWriter> StoreWriter::open(const std::filesystem::path& file,
                                      const std::string& purpose) {
  if (file.has_parent_path()) TRY(make_private_directories(file.parent_path()).during("store"));
  auto lock = TRY(WriterLock::take(file, purpose));
  auto notice = lock.was_left() ? TRY(set_aside_if_damaged(file)) : std::string();
  lock.forget_left();
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
  StoreWriter writer(std::move(lock), Store(file, std::move(database)), std::move(projection),
                     std::move(words), std::move(insert));
  writer.notice_ = std::move(notice);
  return writer;
}

// What was committed survives its writer's end; a disk that lies, or loses what it had, shows here.
Result<std::string> StoreWriter::set_aside_if_damaged(const std::filesystem::path& file) {
  if (!looks_like_store(file, kVersion)) return std::string();
  auto database = Database::open(file, options());
  const bool is_unusable = !database && database.error().kind == ErrorKind::Corrupt;
  if (!database && !is_unusable) return std::move(database).error();
  const auto damage = database ? TRY(damage_of(*database)) : database.error().message;
  if (damage.empty()) return std::string();
  database = Error{};  // closes it
  const auto aside = TRY(set_aside(file));
  return fmt::format(
      "store '{}' was damaged ({}): it is kept as '{}', and an empty one begun; import your events "
      "again",
      visible_text(file.string()), visible_line(damage), visible_text(aside.string()));
}

Result<StoreWriter::Added> StoreWriter::add(std::span<const Event> events, Moment received_at) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  const auto added = TRY(add_all(events, milliseconds(received_at)));
  TRY(transaction.commit());
  return added.count;
}

Result<StoreWriter::Added> StoreWriter::add(std::span<const Delivery> deliveries,
                                            Moment received_at) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  Added count;
  for (const auto& [events, payload] : deliveries) {
    const auto added = TRY(add_all(events, milliseconds(received_at)));
    count.taken += added.count.taken;
    count.duplicates += added.count.duplicates;
    if (added.count.taken != 0 && !payload.packed.empty())
      TRY(add_payload(store_.database_, payload, added.seqs));
  }
  TRY(transaction.commit());
  return count;
}

Result<StoreWriter::AddedSeqs> StoreWriter::add_all(std::span<const Event> events,
                                                    std::int64_t received_at) {
  AddedSeqs added;
  for (const auto& event : events) {
    if (!TRY(insert_event(event, received_at))) {
      ++added.count.duplicates;
      continue;
    }
    added.seqs.last = store_.database_.last_number();
    if (added.count.taken++ == 0) added.seqs.first = added.seqs.last;
    TRY(words_.take(event, added.seqs.last));
    TRY(projection_.take(event, added.seqs.last));
  }
  return added;
}

Result<bool> StoreWriter::insert_event(const Event& event, std::int64_t received_at) {
  const auto relations = relations_text(event.relations);
  const auto attributes = event.attributes.dump();
  TRY(insert_.run({std::string_view(event.id), std::string_view(event.source),
                   std::string_view(event.type), milliseconds(event.occurred_at), received_at,
                   or_null(event.actor), std::string_view(event.subject),
                   std::string_view(event.title), std::string_view(event.body), or_null(event.url),
                   or_null(event.causal_parent), std::string_view(relations),
                   std::string_view(attributes)}));
  return store_.database_.changes() != 0;
}

Result<void> StoreWriter::rebuild(const Store::Progress& progress) {
  auto transaction = TRY(Transaction::begin(store_.database_));
  TRY(project_all(store_.database_, progress));
  return transaction.commit();
}

Result<StoreWriter::Forgotten> StoreWriter::compact(const Retention& retention,
                                                    const Store::Progress& progress) {
  auto& database = store_.database_;
  Forgotten forgotten;
  auto transaction = TRY(Transaction::begin(database));
  if (retention.payloads_since)
    forgotten.payloads += TRY(forget_payloads_before(database, *retention.payloads_since));
  auto cut = retention.since;
  if (retention.bytes) {
    forgotten.payloads += TRY(forget_payloads_for_size(database, *retention.bytes));
    const auto for_size = TRY(cut_for_size(database, *retention.bytes));
    if (for_size) cut = std::max(cut.value_or(*for_size), *for_size);
  }
  if (cut) TRY(forget_before(*cut, progress, forgotten));
  TRY(WordIndex::optimize(database));
  TRY(transaction.commit());
  TRY(shrink().during("what was to be forgotten is; giving back the disk"));
  return forgotten;
}

Result<bool> StoreWriter::settle(std::size_t added) {
  constexpr std::size_t kMany = 20'000;
  constexpr int kShare = 4;
  const auto all = TRY(number(store_.database_, "SELECT count(*) FROM events"));
  if (added < kMany || added < static_cast<std::size_t>(all / kShare)) return false;
  std::error_code failed;
  const auto size = std::filesystem::file_size(store_.file_, failed);
  const auto free = std::filesystem::space(store_.file_.parent_path(), failed).available;
  constexpr std::uintmax_t kCopies = 4;  // one in the log, one where temporary files go, and others
  if (failed || free / kCopies < size) return false;
  auto transaction = TRY(Transaction::begin(store_.database_));
  TRY(WordIndex::optimize(store_.database_));
  TRY(transaction.commit());
  TRY(shrink());
  return true;
}

// VACUUM copies the store into a temporary file, which in memory would take as much of that.
Result<void> StoreWriter::shrink() {
  auto& database = store_.database_;
  TRY(database.run("PRAGMA temp_store = FILE"));
  const auto done = database.run("VACUUM");
  TRY(database.run("PRAGMA temp_store = MEMORY"));
  TRY(done);
  return database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

// Within the transaction of compact().
Result<void> StoreWriter::forget_before(Moment cut, const Store::Progress& progress,
                                        Forgotten& forgotten) {
  auto& database = store_.database_;
  const auto before = TRY(number(database, kHappened));
  bool is_any = false;
  auto find = TRY(database.prepare(kHappenedBefore));
  TRY(find.run({milliseconds(cut)}, [&is_any](const SqlRow& /*row*/) { is_any = true; }));
  if (!is_any) return {};
  const auto kept = TRY(forget(database, cut));
  forgotten.events += before - TRY(number(database, kHappened));
  forgotten.payloads += TRY(forget_payloads_of_forgotten(database));
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  for (const auto& event : kept)
    TRY(insert_event(event, std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
  return project_all(database, progress);
}

}  // namespace lightfast::store
