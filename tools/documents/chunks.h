// Texts in pieces that can be ranked and shown one by one. Pure functions.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace lightfast::documents {

// Bytes. Ranking looks at the first 2 KiB of a text, and a piece of this size says one thing.
inline constexpr std::size_t kMostChunk = 1'500;
// What a piece has of the one before, so that a sentence stands whole in one of them.
inline constexpr std::size_t kOverlap = 200;

struct Chunk {
  std::size_t begin = 0;  // in the text, bytes
  std::string_view text;
};

// The pieces of `text`, which is UTF-8, in their order: at least one, each of at most kMostChunk
// bytes. They end where a paragraph, else a line, a sentence or a word does, if that leaves them
// half as long at least, and never within a character; each begins with a word, within the last
// kOverlap bytes of the one before, so that nothing is left out.
std::vector<Chunk> chunks_of(std::string_view text);

}  // namespace lightfast::documents
