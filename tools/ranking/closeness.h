// How well texts fit a question beyond which of its words they have: whether these stand together,
// stand in the title, and are spelled alike. Pure but for the tokenizers.
//
// A text's score is a plain sum: BM25 of the question's stems; of pairs of them that stand within
// kNear words of each other, in the question and in the text; of its words as they are spelled; of
// its stems in the title; and of the trigrams of its words.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
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
  // `rarity` is of each of `terms`, `average_length` the words of a text. The tokenizers outlive
  // it.
  struct Tokenizers {
    const Words& stems;
    const Words& whole;
  };
  Closeness(const std::vector<Term>& terms, const std::vector<double>& rarity,
            double average_length, const Tokenizers& tokenizers);

  // Looks at a text, whose body counts as far as kMostBody.
  void take(const Text& text);

  // What of a text counts, on the scale of relevance().
  struct Score {
    double relevance = 0;  // as relevance() would have it for all terms
    double bonus = 0;      // for all else
  };
  // Of those that were taken, in their order. What is rare among them is told by them.
  [[nodiscard]] std::vector<Score> scores() const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  // What a word is to the question.
  struct Meaning {
    bool is_stopword = false;
    std::size_t stem = kNone, spelled = kNone;
    std::vector<std::size_t> trigrams;
  };
  using Pair = std::pair<std::size_t, std::size_t>;  // of stems, the smaller first
  // What of the question is in a text, weighted by where.
  struct Found {
    std::vector<double> stems, spelled, trigrams;
    std::vector<bool> in_title;  // stems
    std::map<Pair, double> pairs;
    std::size_t words = 0, title_words = 0;
  };
  struct Weights {
    double word, trigram;
  };

  void add_term(const Term& term, double rarity, std::vector<std::size_t>& order);
  const Meaning& meaning_of(std::string_view word);
  void find_in(std::string_view text, const Weights& weights, Found& found);
  void count_pairs(const std::vector<Pair>& places, double weight, Found& found) const;
  [[nodiscard]] Score score_of(const Found& found, const std::vector<double>& trigrams) const;
  [[nodiscard]] std::vector<double> rarity_of_trigrams() const;

  const Tokenizers tokenizers_;
  const double average_length_;
  std::vector<double> rarity_;  // of the question's stems
  std::unordered_map<std::string, std::size_t> stems_;
  std::vector<double> spelled_rarity_;
  std::unordered_map<std::string, std::size_t> spelled_;
  std::unordered_map<std::string, std::size_t> trigrams_;
  std::map<Pair, double> pairs_;                       // and their rarity
  std::unordered_map<std::string, Meaning> meanings_;  // of words seen so far
  std::vector<Found> found_;
};

}  // namespace lightfast::ranking
