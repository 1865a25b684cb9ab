// Whatever the bytes, their pieces are small, begin in the one before, and make the whole again.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/documents/chunks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast::documents;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string joined;
  for (const auto& chunk : chunks_of(text)) {
    assert(chunk.begin <= joined.size() && chunk.begin + kOverlap >= joined.size());
    assert(chunk.text.size() <= kMostChunk);
    joined.resize(chunk.begin);
    joined += chunk.text;
  }
  assert(joined == text);
  return 0;
}
