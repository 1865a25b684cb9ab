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

// Characters that a term needs to be looked for inside of words: those of a trigram.
inline constexpr std::size_t kShortestPart = 3;

// One word as it was written. What it is in the index is one stem, or several in a row:
// `retry_uploads` is `retri upload`.
struct Term {
  std::string text;
  std::vector<std::string> stems;
  bool is_part = false;  // of a name that is a term as well
  // Of a script that puts no spaces between words: what it stands in is a part of a longer one.
  bool is_unspaced = false;

  // As a string of FTS5's query language (https://sqlite.org/fts5.html#fts5_strings), in which
  // nothing has a meaning; of an unspaced term that is too short to be looked for inside of words,
  // as what one begins with.
  [[nodiscard]] std::string quoted() const;

  bool operator==(const Term&) const = default;
};

// The terms of `text` in their order, each once; `words` are stems. Common words of English are
// left out, unless there are no others. Parts of names in camelCase are terms of their own besides
// the whole, and so are all three characters in a row of a script without spaces.
std::vector<Term> terms_of(std::string_view text, const Words& words);

// Whether a word in lower case says nothing of what a text is about.
bool is_stopword(std::string_view word);

}  // namespace lightfast::ranking
