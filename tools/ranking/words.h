// The words of a text as the index has them: in lower case, without diacritics, stemmed. What
// SQLite's `porter unicode61 remove_diacritics 2` makes of it, by SQLite itself. One thread at a
// time, with the database.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/database.h"
#include "base/result.h"

struct Fts5Tokenizer;

namespace lightfast::ranking {

struct Word {
  std::string stem;
  std::size_t begin = 0, end = 0;  // in the text, bytes
};

class Words {
 public:
  // `database` outlives it.
  static Result<Words> open(const Database& database);

  // In their order.
  [[nodiscard]] std::vector<Word> of(std::string_view text) const;

 private:
  using Delete = void (*)(Fts5Tokenizer*);
  using Tokenize = int (*)(Fts5Tokenizer*, void*, int, const char*, int,
                           int (*)(void*, int, const char*, int, int, int));
  Words(Fts5Tokenizer* tokenizer, Delete end, Tokenize tokenize)
      : tokenizer_(tokenizer, end), tokenize_(tokenize) {}

  std::unique_ptr<Fts5Tokenizer, Delete> tokenizer_;
  Tokenize tokenize_;
};

}  // namespace lightfast::ranking
