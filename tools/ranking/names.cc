#include "tools/ranking/names.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <set>
#include <vector>

#include "base/text.h"
#include "tools/ranking/scripts.h"

namespace lightfast::ranking {
namespace {

constexpr std::size_t kMostNames = 64;    // of one row
constexpr std::size_t kLongestName = 64;  // bytes
constexpr std::size_t kMostBytes = kMostNames * kLongestName;
constexpr std::size_t kShortestName = 3;  // what a trigram needs

bool is_word_byte(unsigned char c) {
  return std::isalnum(c) != 0 || c >= 0x80 || c == '_' || c == '-' || c == '/' || c == '.' ||
         c == '#' || c == '@' || c == ':';
}

// Without the marks of a sentence at its ends.
std::string_view trimmed(std::string_view word) {
  constexpr std::string_view kMarks = ".:-/";
  const auto first = word.find_first_not_of(kMarks);
  if (first == std::string_view::npos) return {};
  return word.substr(first, word.find_last_not_of(kMarks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    const auto end = static_cast<std::size_t>(
        std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(i), text.end(), is_word_byte) -
        text.begin());
    if (end > i) words.push_back(trimmed(text.substr(i, end - i)));
    i = std::max(end, i + 1);
  }
  return words;
}

}  // namespace

bool is_name_like(std::string_view word) {
  if (word.size() < kShortestName || word.size() > kLongestName) return false;
  const auto has = [word](auto is) { return std::ranges::any_of(word, is); };
  const bool has_mark = word.find_first_of("_/.#@:-") != std::string_view::npos;
  const bool has_digit = has([](unsigned char c) { return std::isdigit(c) != 0; });
  const bool has_letter = has([](unsigned char c) { return std::isalpha(c) != 0; });
  const bool has_capital_inside =
      std::ranges::any_of(word.substr(1), [](unsigned char c) { return std::isupper(c) != 0; });
  return has_letter && (has_mark || has_digit || has_capital_inside);
}

std::string names_of(std::initializer_list<std::string_view> texts) {
  std::string names;
  std::set<std::string_view> seen;
  for (const auto text : texts) {
    for (const auto word : words_of(text)) {
      if (seen.size() == kMostNames || names.size() >= kMostBytes) return names;
      const bool is_taken = is_name_like(word) || !unspaced_runs(word).empty();
      if (is_taken && seen.insert(word).second)
        names.append(names.empty() ? "" : " ")
            .append(word.substr(0, utf8_prefix(word, kMostBytes)));
    }
  }
  return names;
}

}  // namespace lightfast::ranking
