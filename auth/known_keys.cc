#include "auth/known_keys.h"

#include <openssl/crypto.h>

#include <cstring>

#include "auth/key_file.h"
#include "base/base64.h"

namespace lightfast::auth {
namespace {

constexpr std::size_t kSecretBytes = 32;

bool has_form_of_a_key(std::string_view text) {
  if (!text.starts_with(kKeyPrefix) || text.size() != kKeyPrefix.size() + 43) return false;
  const auto bytes = base64url_decoded(text.substr(kKeyPrefix.size()));
  return bytes && bytes->size() == kSecretBytes;
}

// What time tells of this part leads nobody to a key: that would be the search for a preimage.
std::uint64_t place_of(const Digest& digest) {
  std::uint64_t place = 0;
  std::memcpy(&place, digest.data(), sizeof place);
  return place;
}

}  // namespace

KnownKeys::KnownKeys(const std::vector<StoredKey>& keys) : has_keys_(!keys.empty()) {
  for (const auto& [key, digest] : keys) {
    if (key.revoked_at) continue;
    good_.emplace(place_of(digest), Entry{digest, {key.id, key.org, key.scopes}});
  }
}

std::optional<Principal> KnownKeys::find(std::string_view presented) const {
  if (!has_form_of_a_key(presented)) return std::nullopt;
  const auto digest = sha256(presented);
  const auto [begin, end] = good_.equal_range(place_of(digest));
  for (auto entry = begin; entry != end; ++entry) {
    const auto& known = entry->second.digest;
    if (::CRYPTO_memcmp(known.data(), digest.data(), digest.size()) == 0)
      return entry->second.principal;
  }
  return std::nullopt;
}

}  // namespace lightfast::auth
