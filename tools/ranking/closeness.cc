#include "tools/ranking/closeness.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "tools/ranking/parameters.h"

namespace lightfast::ranking {
namespace {

std::pair<std::size_t, std::size_t> pair_of(std::size_t a, std::size_t b) {
  return {std::min(a, b), std::max(a, b)};
}

// Of a word with a space on either side, of bytes.
template <class Each>
void each_trigram(std::string_view word, const Each& each) {
  const auto padded = " " + std::string(word) + " ";
  for (std::size_t i = 0; i + 3 <= padded.size(); ++i) each(padded.substr(i, 3));
}

}  // namespace

Closeness::Closeness(const std::vector<Term>& terms, const std::vector<double>& rarity,
                     double average_length, const Tokenizers& tokenizers)
    : tokenizers_(tokenizers), average_length_(average_length) {
  std::vector<std::size_t> order;  // of the question's stems
  for (std::size_t i = 0; i < terms.size(); ++i) add_term(terms[i], rarity[i], order);
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(order.size(), i + kNear + 1); ++j) {
      if (order[i] != order[j])
        pairs_[pair_of(order[i], order[j])] = std::max(rarity_[order[i]], rarity_[order[j]]);
    }
  }
}

void Closeness::add_term(const Term& term, double rarity, std::vector<std::size_t>& order) {
  for (const auto& stem : term.stems) {
    const auto [place, is_new] = stems_.try_emplace(stem, rarity_.size());
    if (is_new) rarity_.push_back(rarity);
    order.push_back(place->second);
  }
  tokenizers_.whole.each_of(term.text, [&](std::string_view word, std::size_t, std::size_t) {
    const bool is_new = spelled_.try_emplace(std::string(word), spelled_.size()).second;
    if (!is_new) return;
    spelled_rarity_.push_back(rarity);
    each_trigram(word, [this](std::string trigram) {
      trigrams_.try_emplace(std::move(trigram), trigrams_.size());
    });
  });
}

void Closeness::take(const Text& text) {
  Found found{.stems = std::vector<double>(rarity_.size()),
              .spelled = std::vector<double>(spelled_.size()),
              .trigrams = std::vector<double>(trigrams_.size()),
              .in_title = std::vector<bool>(rarity_.size()),
              .pairs = {}};
  find_in(text.title, {.word = kTitleWeight, .trigram = kTitleTrigramWeight}, found);
  found.title_words = found.words;
  for (std::size_t i = 0; i < rarity_.size(); ++i) found.in_title[i] = found.stems[i] > 0;
  const auto body = std::string_view(text.body).substr(0, utf8_prefix(text.body, kMostBody));
  find_in(body, {.word = kBodyWeight, .trigram = 1}, found);
  found_.push_back(std::move(found));
}

// Distances are those in the text without its common words.
void Closeness::find_in(std::string_view text, const Weights& weights, Found& found) {
  std::vector<Pair> places;  // where, and which stem of the question
  std::size_t place = 0;
  tokenizers_.whole.each_of(text, [&](std::string_view word, std::size_t, std::size_t) {
    ++found.words;
    const auto& meaning = meaning_of(word);
    for (const auto trigram : meaning.trigrams) found.trigrams[trigram] += weights.trigram;
    if (meaning.spelled != kNone) found.spelled[meaning.spelled] += weights.word;
    if (meaning.stem != kNone) found.stems[meaning.stem] += weights.word;
    if (meaning.is_stopword) return;
    ++place;
    if (meaning.stem != kNone) places.emplace_back(place, meaning.stem);
  });
  count_pairs(places, weights.word, found);
}

void Closeness::count_pairs(const std::vector<Pair>& places, double weight, Found& found) const {
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = i + 1; j < places.size(); ++j) {
      if (places[j].first - places[i].first > kNear) break;
      const auto pair = pair_of(places[i].second, places[j].second);
      if (pairs_.contains(pair)) found.pairs[pair] += weight;
    }
  }
}

// Most words come again and again.
const Closeness::Meaning& Closeness::meaning_of(std::string_view word) {
  const auto [place, is_new] = meanings_.try_emplace(std::string(word));
  auto& meaning = place->second;
  if (!is_new) return meaning;
  meaning.is_stopword = is_stopword(word);
  const auto index_in = [](const auto& all, const std::string& text) {
    const auto found = all.find(text);
    return found == all.end() ? kNone : found->second;
  };
  meaning.spelled = index_in(spelled_, place->first);
  for (const auto& stem : tokenizers_.stems.of(word)) meaning.stem = index_in(stems_, stem.text);
  each_trigram(word, [&](const std::string& trigram) {
    const auto found = index_in(trigrams_, trigram);
    if (found != kNone) meaning.trigrams.push_back(found);
  });
  return meaning;
}

std::vector<Closeness::Score> Closeness::scores() const {
  const auto trigrams = rarity_of_trigrams();
  std::vector<Score> scores;
  scores.reserve(found_.size());
  for (const auto& found : found_) scores.push_back(score_of(found, trigrams));
  return scores;
}

Closeness::Score Closeness::score_of(const Found& found,
                                     const std::vector<double>& trigrams) const {
  const double length = bm25_length(static_cast<double>(found.words), average_length_);
  Score score;
  double in_title = 0;
  for (std::size_t i = 0; i < rarity_.size(); ++i) {
    score.relevance += rarity_[i] * saturated(found.stems[i], length);
    if (found.in_title[i]) in_title += rarity_[i];
  }
  score.bonus += kInTitleWeight * in_title / std::sqrt(static_cast<double>(found.title_words) + 4);
  for (std::size_t i = 0; i < spelled_rarity_.size(); ++i)
    score.bonus += kSpelledWeight * spelled_rarity_[i] * saturated(found.spelled[i], length);
  for (const auto& [pair, count] : found.pairs)
    score.bonus += kPairWeight * pairs_.at(pair) * saturated(count, 1);
  for (std::size_t i = 0; i < trigrams.size(); ++i)
    score.bonus += kTrigramWeight * trigrams[i] * saturated(found.trigrams[i], length);
  return score;
}

std::vector<double> Closeness::rarity_of_trigrams() const {
  const auto all = static_cast<double>(found_.size());
  std::vector<double> rarity;
  for (std::size_t i = 0; i < trigrams_.size(); ++i) {
    const auto with = static_cast<double>(
        std::ranges::count_if(found_, [i](const Found& found) { return found.trigrams[i] > 0; }));
    rarity.push_back(std::log(1 + (all - with + 0.5) / (with + 0.5)));
  }
  return rarity;
}

}  // namespace lightfast::ranking
