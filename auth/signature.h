// Public keys and the signatures of JSON Web Signature (RFC 7518, RFC 8037) that are accepted: only
// asymmetric ones, each with one kind of key. OpenSSL does the arithmetic. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_pkey_st;

namespace lightfast::auth {

enum class KeyKind { Rsa, P256, P384, Ed25519 };

inline constexpr int kMinRsaBits = 2048;  // RFC 7518, section 3.3
inline constexpr int kMaxRsaBits = 8192;  // what a check may cost

// A public key that never changes; copies share it. The numbers are big-endian bytes, as a JWK has
// them. InvalidArgument when they are no key of that kind or no safe one.
class PublicKey {
 public:
  static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  static Result<PublicKey> elliptic(KeyKind curve, std::string_view x, std::string_view y);
  static Result<PublicKey> ed25519(std::string_view x);

  [[nodiscard]] KeyKind kind() const { return kind_; }
  [[nodiscard]] evp_pkey_st* get() const { return key_.get(); }

 private:
  PublicKey(KeyKind kind, std::shared_ptr<evp_pkey_st> key) : kind_(kind), key_(std::move(key)) {}

  KeyKind kind_;
  std::shared_ptr<evp_pkey_st> key_;
};

// One of the accepted `alg`.
struct Algorithm {
  enum class Padding { None, Pkcs1, Pss };

  std::string_view name;  // "RS256"
  KeyKind kind;
  const char* digest;  // of OpenSSL; null: the signature is over the message itself
  Padding padding = Padding::None;
};

// Nothing for one that is not accepted, `none` and those with a shared secret among them.
const Algorithm* find_algorithm(std::string_view name);

// Whether `signature`, as JWS has it, is `key`'s over `message`. False also when the key is of
// another kind than the algorithm's.
bool is_signed(std::string_view message, std::string_view signature, const Algorithm& algorithm,
               const PublicKey& key);

}  // namespace lightfast::auth
