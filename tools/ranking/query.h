// What a question looks for: its words, without those that every text has. Pure but for the
// tokenizer.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/ranking/words.h"

namespace lightfast::ranking {

inline constexpr std::size_t kMostTerms = 40;  // of one query; the rest is left out

// One word as it was written. What it is in the index is one stem, or several in a row:
// `retry_uploads` is `retri upload`.
struct Term {
  std::string text;
  std::vector<std::string> stems;
  bool is_part = false;  // of a name that is a term as well

  // As a string of FTS5's query language (https://sqlite.org/fts5.html#fts5_strings), in which
  // nothing has a meaning.
  [[nodiscard]] std::string quoted() const;

  bool operator==(const Term&) const = default;
};

// The terms of `text` in their order, each once; `words` are stems. Common words of English are
// left out, unless there are no others. Parts of names in camelCase are terms of their own besides
// the whole.
std::vector<Term> terms_of(std::string_view text, const Words& words);

// Whether a word in lower case says nothing of what a text is about.
bool is_stopword(std::string_view word);

}  // namespace lightfast::ranking
