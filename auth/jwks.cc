#include "auth/jwks.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "auth/json_text.h"
#include "base/base64.h"

namespace lightfast::auth {
namespace {

Error invalid(std::string message) { return {ErrorKind::InvalidArgument, std::move(message)}; }

std::string bytes_member(const Json& jwk, const char* name) {
  return base64url_decoded(text_member(jwk, name).value_or("")).value_or("");
}

// Whether the key is for checking signatures, as far as it says (RFC 7517, sections 4.2 and 4.3).
bool is_for_signatures(const Json& jwk) {
  if (jwk.contains("use") && text_member(jwk, "use") != "sig") return false;
  if (!jwk.contains("key_ops")) return true;
  const auto& uses = jwk["key_ops"];
  return uses.is_array() && std::ranges::find(uses, Json("verify")) != uses.end();
}

Result<PublicKey> public_key(const Json& jwk) {
  const auto type = text_member(jwk, "kty");
  const auto curve = text_member(jwk, "crv");
  if (type == "RSA") return PublicKey::rsa(bytes_member(jwk, "n"), bytes_member(jwk, "e"));
  if (type == "OKP" && curve == "Ed25519") return PublicKey::ed25519(bytes_member(jwk, "x"));
  if (type == "EC" && (curve == "P-256" || curve == "P-384")) {
    return PublicKey::elliptic(curve == "P-256" ? KeyKind::P256 : KeyKind::P384,
                               bytes_member(jwk, "x"), bytes_member(jwk, "y"));
  }
  return invalid("a key is of an unknown kind");
}

// Nothing when tokens cannot be signed with it.
std::optional<Jwk> usable_key(const Json& jwk) {
  if (!jwk.is_object() || !is_for_signatures(jwk)) return std::nullopt;
  auto key = public_key(jwk);
  if (!key) return std::nullopt;
  auto id = text_member(jwk, "kid");
  auto algorithm = text_member(jwk, "alg");
  if ((jwk.contains("kid") && !id) || (jwk.contains("alg") && !algorithm)) return std::nullopt;
  return Jwk{.id = std::move(id).value_or(""),
             .algorithm = std::move(algorithm).value_or(""),
             .key = std::move(*key)};
}

}  // namespace

Result<Jwks> Jwks::parse(std::string_view text) {
  if (text.size() > kMaxJwksBytes)
    return invalid(fmt::format("the key set is larger than {} bytes", kMaxJwksBytes));
  const auto document = json_object(text);
  if (!document || !document->contains("keys") || !(*document)["keys"].is_array())
    return invalid("it is no JSON Web Key Set");
  const auto& listed = (*document)["keys"];
  if (listed.size() > kMaxJwks)
    return invalid(fmt::format("the key set has more than {} keys", kMaxJwks));
  Jwks set;
  for (const auto& jwk : listed) {
    if (auto key = usable_key(jwk)) set.keys_.push_back(std::move(*key));
  }
  return set;
}

std::vector<const Jwk*> Jwks::candidates(const Algorithm& algorithm, std::string_view id) const {
  std::vector<const Jwk*> found;
  for (const auto& jwk : keys_) {
    const bool fits = jwk.key.kind() == algorithm.kind &&
                      (jwk.algorithm.empty() || jwk.algorithm == algorithm.name);
    if (fits && (id.empty() || jwk.id == id)) found.push_back(&jwk);
  }
  return found;
}

}  // namespace lightfast::auth
