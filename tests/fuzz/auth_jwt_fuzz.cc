// Access tokens and key sets: any token is refused for a reason that repeats nothing of it, by any
// key set; and any claims that are really signed are accepted only when they say what they must.
#include <openssl/evp.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "auth/jwt.h"
#include "base/base64.h"

namespace {

using namespace lightfast;
using namespace lightfast::auth;

const Expected kExpected{.issuer = "i", .audience = "a"};
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(950)};
constexpr const char* kPublic = R"({"keys": [{"kty": "OKP", "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";                     // RFC 8037, A.2
constexpr const char* kPrivate = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";  // A.1

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

EVP_PKEY* private_key() {
  const auto bytes = base64url_decoded(kPrivate).value();
  return ::EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(bytes), bytes.size());
}

std::string signed_token(std::string_view claims) {
  static EVP_PKEY* key = private_key();
  const auto message = base64url(R"({"alg":"EdDSA"})") + "." + base64url(claims);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  auto* context = ::EVP_MD_CTX_new();
  [[maybe_unused]] const bool done =
      ::EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key) == 1 &&
      ::EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes_of(message), message.size()) == 1;
  ::EVP_MD_CTX_free(context);
  assert(done);
  return message + "." + base64url(signature);
}

// The text up to the next line feed, which is taken away with it.
std::string_view next_line(std::string_view& rest) {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

void check(std::string_view token, const Jwks& keys) {
  const auto claims = verify(token, keys, kExpected, kNow);
  if (claims) {
    assert(!claims->subject.empty() && claims->subject.size() <= kMaxSubjectBytes);
    assert(!claims->subject.contains('\n'));
    return;
  }
  assert(claims.error().message.starts_with("access token: "));
  assert(token.size() < 100 || !claims.error().message.contains(token.substr(0, 100)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto token = next_line(rest);
  const auto keys = Jwks::parse(next_line(rest));
  if (keys) {
    assert(keys->size() <= kMaxJwks);
    check(token, *keys);
  }
  static const auto own = Jwks::parse(kPublic).value();
  check(signed_token(rest), own);
  check(token, own);
  return 0;
}
