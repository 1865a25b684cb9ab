// A small stable hash for names on disk. Not for secrets and not against collisions made on
// purpose.
#pragma once

#include <cstdint>
#include <string_view>

namespace lightfast {

// FNV-1a, 64 bit (draft-eastlake-fnv).
constexpr std::uint64_t fnv1a_64(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  return hash;
}

}  // namespace lightfast
