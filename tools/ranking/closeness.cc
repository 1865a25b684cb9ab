#include "tools/ranking/closeness.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/text.h"
#include "tools/ranking/parameters.h"

namespace lightfast::ranking {
namespace {

constexpr double kSaturation = 1.2;    // BM25's k1
constexpr double kLengthShare = 0.75;  // and b

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

double saturated(double count, double length) {
  return count * (kSaturation + 1) / (count + kSaturation * length);
}

std::pair<std::size_t, std::size_t> pair_of(std::size_t a, std::size_t b) {
  return {std::min(a, b), std::max(a, b)};
}

}  // namespace

struct Closeness::Found {
  std::vector<double> counts;                                   // of stems, weighted
  std::vector<double> exact;                                    // of them as they are spelled
  std::map<std::pair<std::size_t, std::size_t>, double> pairs;  // weighted
  std::size_t words = 0;
};

Closeness::Closeness(const std::vector<Term>& terms, const std::vector<double>& rarity,
                     double average_length, const Words& words)
    : words_(words), average_length_(average_length) {
  std::vector<std::size_t> order;  // of the question's stems
  for (std::size_t i = 0; i < terms.size(); ++i) {
    for (const auto& stem : terms[i].stems) {
      const auto [place, is_new] = places_.try_emplace(stem, stems_.size());
      if (is_new) {
        stems_.push_back(stem);
        rarity_.push_back(rarity[i]);
      }
      order.push_back(place->second);
    }
    if (terms[i].stems.size() == 1) spelled_.emplace(terms[i].text, places_[terms[i].stems[0]]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i + 1; j < std::min(order.size(), i + kNear + 1); ++j) {
      if (order[i] == order[j]) continue;
      pairs_[pair_of(order[i], order[j])] = std::max(rarity_[order[i]], rarity_[order[j]]);
    }
  }
}

Closeness::Score Closeness::of(const Text& text) const {
  Found found{.counts = std::vector<double>(stems_.size()),
              .exact = std::vector<double>(stems_.size()),
              .pairs = {}};
  find_in(text.title, kTitleWeight, found);
  const auto in_title = found.counts;
  const auto title_words = static_cast<double>(found.words);
  const auto body = std::string_view(text.body).substr(0, utf8_prefix(text.body, kMostBody));
  find_in(body, kBodyWeight, found);
  const double length =
      kLengthShare * static_cast<double>(found.words) / average_length_ + (1 - kLengthShare);
  Score score;
  for (std::size_t i = 0; i < stems_.size(); ++i) {
    score.relevance += rarity_[i] * saturated(found.counts[i], length);
    score.bonus += kExactWeight * rarity_[i] * saturated(found.exact[i], length);
    if (in_title[i] > 0) score.bonus += kInTitleWeight * rarity_[i] / std::sqrt(title_words + 4);
  }
  for (const auto& [pair, count] : found.pairs)
    score.bonus += kPairWeight * pairs_.at(pair) * saturated(count, 1);
  return score;
}

// Distances are those in the text without its common words.
void Closeness::find_in(std::string_view text, double weight, Found& found) const {
  std::vector<std::pair<std::size_t, std::size_t>> places;  // where a stem of the question stands
  std::size_t place = 0;
  for (const auto& word : words_.of(text)) {
    ++found.words;
    const auto stem = places_.find(word.stem);
    const auto written = lower(text.substr(word.begin, word.end - word.begin));
    if (is_stopword(written)) continue;
    ++place;
    if (stem == places_.end()) continue;
    found.counts[stem->second] += weight;
    if (spelled_.contains(written)) found.exact[stem->second] += weight;
    places.emplace_back(place, stem->second);
  }
  count_pairs(places, weight, found);
}

void Closeness::count_pairs(const std::vector<std::pair<std::size_t, std::size_t>>& places,
                            double weight, Found& found) const {
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t j = i + 1; j < places.size(); ++j) {
      if (places[j].first - places[i].first > kNear) break;
      const auto pair = pair_of(places[i].second, places[j].second);
      if (pairs_.contains(pair)) found.pairs[pair] += weight;
    }
  }
}

}  // namespace lightfast::ranking
