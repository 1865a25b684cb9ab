#include "tools/ranking/scripts.h"

#include <algorithm>
#include <array>

namespace lightfast::ranking {
namespace {

struct Range {
  char32_t first, last;
};
// Blocks of the Unicode Standard.
constexpr std::array kUnspaced = {
    Range{0x0E00, 0x0EFF},    // Thai, Lao
    Range{0x1000, 0x109F},    // Myanmar
    Range{0x1780, 0x17FF},    // Khmer
    Range{0x3005, 0x3007},    // marks that stand for Han
    Range{0x3040, 0x30FF},    // Hiragana, Katakana
    Range{0x31F0, 0x31FF},    // Katakana
    Range{0x3400, 0x4DBF},    // Han
    Range{0x4E00, 0x9FFF},    // Han
    Range{0xAC00, 0xD7AF},    // Hangul, which joins what it says of a word to it
    Range{0xF900, 0xFAFF},    // Han
    Range{0xFF66, 0xFF9F},    // Katakana
    Range{0x20000, 0x3FFFF},  // Han
};

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Where the character that begins at `at` ends.
std::size_t end_of(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 4;
  auto end = at + 1;
  while (end < text.size() && end - at < kLongest && continues(text[end])) ++end;
  return end;
}

// Its code point; one that is not well formed is some other.
char32_t code_of(std::string_view character) {
  constexpr std::array<char32_t, 5> kLeadBits = {0, 0x7F, 0x1F, 0x0F, 0x07};
  char32_t code = static_cast<unsigned char>(character[0]) & kLeadBits.at(character.size());
  for (const char c : character.substr(1))
    code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

bool is_unspaced(std::string_view character) {
  const auto code = code_of(character);
  const auto holds = [code](const Range& range) {
    return range.first <= code && code <= range.last;
  };
  return std::ranges::any_of(kUnspaced, holds);
}

}  // namespace

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

std::vector<std::string_view> unspaced_runs(std::string_view text) {
  std::vector<std::string_view> runs;
  if (std::ranges::none_of(text, continues)) return runs;  // ASCII, as most texts are
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = end_of(text, at);
    if (!is_unspaced(text.substr(at, end - at))) {
      if (at > begin) runs.push_back(text.substr(begin, at - begin));
      begin = end;
    }
    at = end;
  }
  if (begin < text.size()) runs.push_back(text.substr(begin));
  return runs;
}

std::vector<std::string_view> threes_of(std::string_view text) {
  constexpr std::size_t kThree = 3;
  std::vector<std::size_t> ends;
  std::vector<std::string_view> threes;
  for (std::size_t at = 0; at < text.size();) ends.push_back(at = end_of(text, at));
  for (std::size_t i = 0; i + kThree <= ends.size(); ++i) {
    const auto begin = i == 0 ? 0 : ends[i - 1];
    threes.push_back(text.substr(begin, ends[i + kThree - 1] - begin));
  }
  return threes;
}

}  // namespace lightfast::ranking
