// The indexes that search looks in: the words of events, and, letter by letter, their names. One
// thread at a time, with the database.
#pragma once

#include <cstdint>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/event.h"

namespace lightfast::store {

class WordIndex {
 public:
  // Prepares its statements; `database` outlives it.
  static Result<WordIndex> open(const Database& database);

  // Takes in an event that is in the log as `seq`.
  Result<void> take(const Event& event, std::int64_t seq);

  // As if nothing had been taken in.
  static Result<void> clear(Database& database);

  // Smaller, and quicker to look in.
  static Result<void> optimize(Database& database);

 private:
  struct Statements {
    SqlStatement add_words, add_names;
  };
  explicit WordIndex(Statements statements) : sql_(std::move(statements)) {}

  Statements sql_;
};

}  // namespace lightfast::store
