#include "tools/store/retention.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

namespace lightfast::store {
namespace {

Moment moment(std::int64_t milliseconds) { return Moment(std::chrono::milliseconds(milliseconds)); }

// What is to be said of one subject after another.
class Keeper {
 public:
  static Result<Keeper> open(const Database& database, Moment cut) {
    return Keeper(
        cut.time_since_epoch().count(),
        TRY(database.prepare("SELECT valid_from, properties FROM entity WHERE id = ?1 AND known_to"
                             " IS NULL AND valid_from < ?2 ORDER BY valid_from DESC LIMIT 1")),
        TRY(database.prepare("SELECT valid_from, type, target FROM edge WHERE source = ?1 AND"
                             " known_to IS NULL AND valid_from < ?2 AND valid_to >= ?2")));
  }

  Result<void> keep(const std::string& subject) {
    std::map<std::int64_t, std::vector<Event>> by_time;
    TRY(version_.run({std::string_view(subject), cut_}, [&by_time](const SqlRow& row) {
      by_time[row.number(0)].emplace_back().attributes = object_in(row.text(1));
    }));
    TRY(edges_.run({std::string_view(subject), cut_}, [&by_time](const SqlRow& row) {
      auto& events = by_time[row.number(0)];
      if (events.empty() || events.back().relations.size() == kMaxRelations) events.emplace_back();
      events.back().relations.push_back({.entity = row.text(2), .type = row.text(1)});
    }));
    for (auto& [time, events] : by_time) {
      for (auto& event : events) {
        event.id = fmt::format("kept:{}:{}", cut_, kept_.size());
        event.source = kKeptSource;
        event.type = "state.kept";
        event.occurred_at = moment(time);
        event.subject = subject;
        kept_.push_back(std::move(event));
      }
    }
    return {};
  }

  std::vector<Event> take() { return std::move(kept_); }

 private:
  Keeper(std::int64_t cut, SqlStatement version, SqlStatement edges)
      : cut_(cut), version_(std::move(version)), edges_(std::move(edges)) {}

  std::int64_t cut_;
  SqlStatement version_, edges_;
  std::vector<Event> kept_;
};

}  // namespace

Result<std::vector<Event>> forget(Database& database, Moment cut) {
  std::vector<std::string> subjects;
  const auto time = cut.time_since_epoch().count();
  auto select = TRY(database.prepare("SELECT DISTINCT subject FROM events WHERE occurred_at < ?1"));
  TRY(select.run({time}, [&subjects](const SqlRow& row) { subjects.push_back(row.text(0)); }));
  auto keeper = TRY(Keeper::open(database, cut));
  for (const auto& subject : subjects) TRY(keeper.keep(subject));
  auto remove = TRY(database.prepare("DELETE FROM events WHERE occurred_at < ?1"));
  TRY(remove.run({time}));
  return keeper.take();
}

Result<std::int64_t> used_bytes(Database& database) {
  std::int64_t used = 0;
  auto measure = TRY(
      database.prepare("SELECT (page_count - freelist_count) * page_size FROM pragma_page_count,"
                       " pragma_page_size, pragma_freelist_count"));
  TRY(measure.run({}, [&used](const SqlRow& row) { used = row.number(0); }));
  return used;
}

// What is kept of the forgotten is the oldest there is, and cannot be forgotten once more: the
// others alone count. Of the file they take their part of all text; words are there twice, for
// search.
Result<std::optional<Moment>> cut_for_size(Database& database, std::int64_t bytes) {
  const auto size = TRY(used_bytes(database));
  double events = 0;
  double share = 0;
  auto weigh = TRY(database.prepare(
      "SELECT sum(source <> ?1), sum(iif(source <> ?1, weight, 0)) / sum(weight) FROM (SELECT"
      " source, 400.0 + 2 * (length(title) + length(body) + length(relations) +"
      " length(attributes)) AS weight FROM events)"));
  TRY(weigh.run({kKeptSource}, [&](const SqlRow& row) {
    events = row.real(0);
    share = row.real(1);
  }));
  if (size <= bytes || events == 0) return std::optional<Moment>();
  const auto bytes_each = static_cast<double>(size) * share / events;
  const auto too_many = std::min(static_cast<double>(size - bytes) / bytes_each, events - 1);
  std::int64_t time = 0;
  auto find =
      TRY(database.prepare("SELECT occurred_at FROM events WHERE source <> ?1 ORDER BY occurred_at"
                           " LIMIT 1 OFFSET ?2"));
  TRY(find.run({kKeptSource, static_cast<std::int64_t>(too_many)},
               [&time](const SqlRow& row) { time = row.number(0); }));
  return std::optional(moment(time));
}

}  // namespace lightfast::store
