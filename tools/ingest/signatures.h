// Whether bytes were signed with one of several secrets: the current one, and the one before while
// they are exchanged. Pure functions; each takes the same time whichever secret it is, and however
// much of a signature is right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lightfast::ingest {

enum class Hash { Sha1, Sha256 };

// Whether `signature` is the HMAC of `body`, in hexadecimal digits, lower case.
bool is_signed(Hash hash, std::string_view body, std::string_view signature,
               const std::vector<std::string>& secrets);

// Standard Webhooks, scheme v1 (https://www.standardwebhooks.com): whether one of the `signatures`,
// separated by spaces, is that of ID.TIMESTAMP.BODY. A secret is `whsec_` and base64 of the key;
// one without `whsec_` may also be the key itself.
struct StandardParts {
  std::string_view id, timestamp, body;
};
bool is_signed(const StandardParts& parts, std::string_view signatures,
               const std::vector<std::string>& secrets);

// What tells `bytes` from others: 32 hexadecimal digits of their SHA-256.
std::string fingerprint(std::string_view bytes);

}  // namespace lightfast::ingest
