#include "tools/ranking/snippet.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/text.h"

namespace lightfast::ranking {
namespace {

constexpr std::size_t kMostLookedAt = 16 << 10;  // bytes
constexpr std::size_t kBefore = 40;              // bytes that lead up to the first word
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

struct Place {
  std::size_t begin, end;
  std::string_view stem;
  double weight;
};

std::vector<Place> places_in(const std::vector<Word>& all, const StemWeights& weights) {
  std::vector<Place> places;
  for (const auto& word : all) {
    const auto found = weights.find(word.text);
    if (found != weights.end())
      places.push_back({word.begin, word.end, found->first, found->second});
  }
  return places;
}

// The first of the places that begin the window which holds most, each word counted once.
std::size_t best_begin(const std::vector<Place>& places, std::size_t width) {
  std::size_t best = 0;
  double most = -1;
  for (std::size_t i = 0; i < places.size(); ++i) {
    std::set<std::string_view> seen;
    double sum = 0;
    for (std::size_t j = i; j < places.size() && places[j].end <= places[i].begin + width; ++j) {
      if (seen.insert(places[j].stem).second) sum += places[j].weight;
    }
    if (sum <= most) continue;
    most = sum;
    best = i;
  }
  return places[best].begin;
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Where a word begins, not before `at` where that can be.
std::size_t word_begin(std::string_view text, std::size_t at, std::size_t limit) {
  if (at == 0) return 0;
  while (at < limit && !is_space(text[at - 1])) ++at;
  return at;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : visible_line(text)) {
    const bool is_more_space = is_space(c) && (line.empty() || line.back() == ' ');
    if (!is_more_space) line.push_back(is_space(c) ? ' ' : c);
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

}  // namespace

std::string snippet_of(std::string_view text, const StemWeights& weights, const Words& words,
                       std::size_t most) {
  if (text.size() <= most) return on_one_line(text);
  const auto looked_at = text.substr(0, utf8_prefix(text, kMostLookedAt));
  const auto all = words.of(looked_at);
  const auto places = places_in(all, weights);
  const auto width = most - 2 * kEllipsis.size();
  std::size_t begin = 0;
  if (!places.empty()) {
    const auto first = best_begin(places, width - kBefore);
    begin = word_begin(text, first > kBefore ? first - kBefore : 0, first);
  }
  auto part = text.substr(begin);
  const bool is_cut = part.size() > width;
  if (is_cut) part = part.substr(0, utf8_prefix(part, width));
  auto line = on_one_line(part);
  if (begin > 0) line.insert(0, kEllipsis);
  if (is_cut) line.append(kEllipsis);
  return line;
}

}  // namespace lightfast::ranking
