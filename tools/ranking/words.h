// The words of a text as an index has them, by SQLite itself. One thread at a time, with the
// database.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/database.h"
#include "base/result.h"

struct Fts5Tokenizer;

namespace lightfast::ranking {

struct Word {
  std::string text;                // in lower case, without diacritics
  std::size_t begin = 0, end = 0;  // in the text, bytes
};

class Words {
 public:
  // Stems as `porter unicode61 remove_diacritics 2` makes them, or without `porter` whole words.
  // `database` outlives it.
  static Result<Words> stems(const Database& database);
  static Result<Words> whole(const Database& database);

  // In their order.
  [[nodiscard]] std::vector<Word> of(std::string_view text) const;
  // The same, one by one: what `each` is given is there until it returns.
  using Each = std::function<void(std::string_view word, std::size_t begin, std::size_t end)>;
  void each_of(std::string_view text, const Each& each) const;

 private:
  using Delete = void (*)(Fts5Tokenizer*);
  using Tokenize = int (*)(Fts5Tokenizer*, void*, int, const char*, int,
                           int (*)(void*, int, const char*, int, int, int));
  Words(Fts5Tokenizer* tokenizer, Delete end, Tokenize tokenize)
      : tokenizer_(tokenizer, end), tokenize_(tokenize) {}
  static Result<Words> open(const Database& database, const char* tokenizer,
                            std::vector<const char*> arguments);

  std::unique_ptr<Fts5Tokenizer, Delete> tokenizer_;
  Tokenize tokenize_;
};

}  // namespace lightfast::ranking
