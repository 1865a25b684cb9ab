#include "auth/shared_key.h"

#include <openssl/crypto.h>

#include "auth/key_file.h"

namespace lightfast::auth {

SharedKey::SharedKey(std::string_view key) {
  if (!key.empty()) digest_ = sha256(key);
}

bool SharedKey::admits(std::string_view presented) const {
  if (!digest_) return true;
  const auto digest = sha256(presented);
  return ::CRYPTO_memcmp(digest_->data(), digest.data(), digest.size()) == 0;
}

}  // namespace lightfast::auth
