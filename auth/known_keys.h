// The API keys as they were at one moment. Immutable.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "auth/principal.h"

namespace lightfast::auth {

inline constexpr std::string_view kKeyPrefix = "sk-lf-";  // 43 URL-safe characters follow

using Digest = std::array<unsigned char, 32>;  // SHA-256

struct StoredKey;

class KnownKeys {
 public:
  // No key is good, and whether there are any cannot be told.
  KnownKeys() = default;
  explicit KnownKeys(const std::vector<StoredKey>& keys);

  // Whether there is a key, a revoked one included; also when that cannot be told, for who asks
  // wants to serve without keys if there are none.
  [[nodiscard]] bool any_ever_created() const { return has_keys_; }

  // Whose key was presented. Nothing, without a difference, for what has not the form of a key, an
  // unknown and a revoked one.
  [[nodiscard]] std::optional<Principal> find(std::string_view presented) const;

 private:
  struct Entry {
    Digest digest;
    Principal principal;
  };

  std::unordered_multimap<std::uint64_t, Entry> good_;  // by a part of their digests
  bool has_keys_ = true;
};

}  // namespace lightfast::auth
