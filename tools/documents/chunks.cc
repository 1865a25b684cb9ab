#include "tools/documents/chunks.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace lightfast::documents {
namespace {

// What a piece may end with, the best first. Other languages have full stops of their own.
using Marks = std::array<std::string_view, 4>;
constexpr std::array kEnds = {Marks{"\n\n", "\n\r\n"}, Marks{"\n"},
                              Marks{". ", "! ", "? ", "\u3002"}, Marks{" ", "\t"}};

// Right behind the last of `marks`; 0 when there is none.
std::size_t behind_last(std::string_view text, const Marks& marks) {
  std::size_t best = 0;
  for (const auto mark : marks) {
    const auto found = mark.empty() ? std::string_view::npos : text.rfind(mark);
    if (found != std::string_view::npos) best = std::max(best, found + mark.size());
  }
  return best;
}

// How long the piece is that `rest`, longer than one, begins with.
std::size_t length_of_piece(std::string_view rest) {
  const auto most = utf8_prefix(rest, kMostChunk);
  for (const auto& marks : kEnds) {
    const auto end = behind_last(rest.substr(0, most), marks);
    if (end >= kMostChunk / 2) return end;
  }
  return most;
}

// Where in the end of a piece, its last kOverlap bytes, the next one begins: with a word; without
// any space there, with a character.
std::size_t begin_of_next(std::string_view end) {
  const auto space = end.find_first_of(" \t\r\n");
  const auto word = end.find_first_not_of(" \t\r\n", std::min(space, end.size()));
  if (word != std::string_view::npos) return word;
  const auto* const first = std::ranges::find_if(
      end, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
  return static_cast<std::size_t>(first - end.begin());
}

}  // namespace

std::vector<Chunk> chunks_of(std::string_view text) {
  std::vector<Chunk> chunks;
  std::size_t begin = 0;
  while (text.size() - begin > kMostChunk) {
    const auto length = length_of_piece(text.substr(begin));
    chunks.push_back({.begin = begin, .text = text.substr(begin, length)});
    begin += length - kOverlap + begin_of_next(text.substr(begin + length - kOverlap, kOverlap));
  }
  chunks.push_back({.begin = begin, .text = text.substr(begin)});
  return chunks;
}

}  // namespace lightfast::documents
