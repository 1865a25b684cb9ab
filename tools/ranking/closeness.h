// How well the text of a row fits a question beyond which of its words it has: whether they stand
// together, stand in the title, and are spelled alike. Pure but for the tokenizer.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/ranking/query.h"
#include "tools/ranking/words.h"

namespace lightfast::ranking {

struct Text {
  std::string title, body;
};

class Closeness {
 public:
  // `rarity` is of each term, `average_length` the words of a text; `words` outlives it.
  Closeness(const std::vector<Term>& terms, const std::vector<double>& rarity,
            double average_length, const Words& words);

  // What of a text counts, on the scale of relevance().
  struct Score {
    double relevance = 0;  // as relevance() would have it for all terms
    double bonus = 0;      // for all else
  };
  // Long bodies are looked at as far as kMostBody.
  [[nodiscard]] Score of(const Text& text) const;

 private:
  struct Found;  // in one text
  struct Pair {
    std::size_t first, second;  // stems
    double weight;
  };
  void find_in(std::string_view text, double weight, Found& found) const;
  void count_pairs(const std::vector<std::pair<std::size_t, std::size_t>>& places, double weight,
                   Found& found) const;

  const Words& words_;
  const double average_length_;
  std::vector<std::string> stems_;                               // of the question, each once
  std::vector<double> rarity_;                                   // of each stem
  std::map<std::string, std::size_t, std::less<>> places_;       // of stems
  std::map<std::string, std::size_t, std::less<>> spelled_;      // as written: the stem
  std::map<std::pair<std::size_t, std::size_t>, double> pairs_;  // that stand together in it
};

}  // namespace lightfast::ranking
