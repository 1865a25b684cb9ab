#include "tools/store/word_index.h"

#include <string>
#include <utility>

#include "tools/ranking/names.h"

namespace lightfast::store {

Result<WordIndex> WordIndex::open(const Database& database) {
  Statements sql;
  TRY(database.prepare_all(
      {{sql.add_words, "INSERT INTO events_text (rowid, title, body) VALUES (?, ?, ?)"},
       {sql.add_names, "INSERT INTO events_names (rowid, names) VALUES (?, ?)"}}));
  return WordIndex(std::move(sql));
}

Result<void> WordIndex::take(const Event& event, std::int64_t seq) {
  TRY(sql_.add_words.run({seq, std::string_view(event.title), std::string_view(event.body)}));
  const auto names = ranking::names_of({event.title, event.body});
  return sql_.add_names.run({seq, std::string_view(names)});
}

Result<void> WordIndex::clear(Database& database) {
  return database.run(
      "INSERT INTO events_text (events_text) VALUES ('delete-all');"
      "INSERT INTO events_names (events_names) VALUES ('delete-all');");
}

Result<void> WordIndex::optimize(Database& database) {
  return database.run(
      "INSERT INTO events_text (events_text) VALUES ('optimize');"
      "INSERT INTO events_names (events_names) VALUES ('optimize');");
}

}  // namespace lightfast::store
