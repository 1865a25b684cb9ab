// Access tokens: JSON Web Tokens (RFC 7519, RFC 9068) in the compact form of JWS (RFC 7515),
// checked against an issuer's keys. Pure functions: the time is an argument.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "auth/jwks.h"
#include "base/result.h"

namespace lightfast::auth {

inline constexpr std::size_t kMaxTokenBytes = std::size_t{16} << 10U;
inline constexpr std::size_t kMaxSubjectBytes = 256;
inline constexpr std::chrono::seconds kLeeway{60};  // for clocks that differ

// What a token must say.
struct Expected {
  std::string issuer;    // `iss`, byte for byte
  std::string audience;  // one of `aud`
};

// What a good token says.
struct Claims {
  std::string subject;              // `sub`, or `client_id` where there is none; one line of text
  std::vector<std::string> scopes;  // of `scope`, or `scp`

  bool operator==(const Claims&) const = default;
};

// The claims of `token` if every check holds, in this order: its form, algorithm and header; its
// signature; issuer, audience, expiry and the other times; subject and scopes. InvalidArgument when
// it is no token at all, NotFound when none of `keys` is the one it names (newer keys may be),
// PermissionDenied for all else. The message names the check and repeats nothing of the token.
Result<Claims> verify(std::string_view token, const Jwks& keys, const Expected& expected,
                      std::chrono::sys_seconds now);

}  // namespace lightfast::auth
