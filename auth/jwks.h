// The public keys of an issuer of tokens: a JWK set (RFC 7517). Never changes once parsed; any
// thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/signature.h"
#include "base/result.h"

namespace lightfast::auth {

inline constexpr std::size_t kMaxJwksBytes = std::size_t{256} << 10U;
inline constexpr std::size_t kMaxJwks = 100;  // keys in a set

struct Jwk {
  std::string id;         // `kid`, empty when it has none
  std::string algorithm;  // the only one it is for, empty: any that fits its kind
  PublicKey key;
};

class Jwks {
 public:
  // Keys that are not for signatures, of an unknown kind or not sound are passed over, so that an
  // issuer may add what is unknown here. InvalidArgument when `text` is no key set or passes a
  // bound. A set without a usable key is fine, and accepts no token.
  static Result<Jwks> parse(std::string_view text);

  Jwks() = default;

  // Those that may have signed with `algorithm` under the name `id`; with an empty `id` all that
  // fit the algorithm.
  [[nodiscard]] std::vector<const Jwk*> candidates(const Algorithm& algorithm,
                                                   std::string_view id) const;

  [[nodiscard]] std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Jwk> keys_;
};

}  // namespace lightfast::auth
