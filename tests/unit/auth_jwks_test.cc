#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/jwt.h"
#include "auth_signing.h"
#include "base/base64.h"

namespace lightfast::auth {
namespace {

using test::key_for;
using test::parsed;
using test::SigningKey;
using test::TestToken;
using test::verified;

TEST_CASE("keys that cannot be used are passed over", "[jwks]") {
  struct Case {
    std::string what;
    Json key;
  };
  const auto with = [](const char* algorithm, const char* member, const Json& value) {
    auto jwk = key_for(algorithm).jwk("x");
    jwk[member] = value;
    return jwk;
  };
  const auto without = [](const char* algorithm, const char* member) {
    auto jwk = key_for(algorithm).jwk("x");
    jwk.erase(member);
    return jwk;
  };
  const auto one = GENERATE_COPY(values<Case>({
      {"a text", "key"},
      {"an empty object", Json::object()},
      {"a shared secret", {{"kty", "oct"}, {"k", "c2VjcmV0"}}},
      {"for encryption", with("RS256", "use", "enc")},
      {"for what is not known", with("RS256", "use", "other")},
      {"use of a number", with("RS256", "use", 1)},
      {"only to encrypt with", with("RS256", "key_ops", {"encrypt", "wrapKey"})},
      {"only to sign with", with("RS256", "key_ops", {"sign", "sign"})},
      {"key_ops of a text", with("RS256", "key_ops", "verify")},
      {"kid of a number", with("RS256", "kid", 1)},
      {"alg of a number", with("RS256", "alg", 1)},
      {"RSA of 1024 bits", SigningKey::rsa(1024).jwk("x")},
      {"RSA of 2040 bits", SigningKey::rsa(2040).jwk("x")},
      {"RSA of 16384 bits", with("RS256", "n", base64url(std::string(2048, '\xFF')))},
      {"RSA without a modulus", without("RS256", "n")},
      {"RSA with an even modulus", with("RS256", "n", base64url(std::string(256, '\xFE')))},
      {"RSA padded", with("RS256", "e", "AQAB==")},
      {"RSA without an exponent", without("RS256", "e")},
      {"RSA with exponent 1", with("RS256", "e", "AQ")},
      {"RSA with an even exponent", with("RS256", "e", "Ag")},
      {"RSA with a huge exponent", with("RS256", "e", base64url(std::string(9, '\xFF')))},
      {"P-521", SigningKey::elliptic("P-521").jwk("x")},
      {"secp256k1", with("ES256", "crv", "secp256k1")},
      {"a point of the other curve", with("ES384", "crv", "P-256")},
      {"a point of the other kind", with("ES256", "kty", "RSA")},
      {"a point that is not on its curve",
       with("ES256", "x", base64url(std::string(31, '\0') + "\x05"))},
      {"a point without y", without("ES256", "y")},
      {"a short coordinate", with("ES256", "x", base64url(std::string(31, '\1')))},
      {"a long coordinate", with("ES256", "x", base64url(std::string(33, '\1')))},
      {"the point at infinity",
       {{"kty", "EC"},
        {"crv", "P-256"},
        {"x", base64url(std::string(32, '\0'))},
        {"y", base64url(std::string(32, '\0'))}}},
      {"Ed448", with("EdDSA", "crv", "Ed448")},
      {"X25519", with("EdDSA", "crv", "X25519")},
      {"a short Ed25519 key", with("EdDSA", "x", base64url(std::string(31, '\1')))},
      {"a long Ed25519 key", with("EdDSA", "x", base64url(std::string(33, '\1')))},
  }));
  INFO(one.what);
  const auto keys = parsed({{"keys", {one.key, key_for("EdDSA").jwk("good")}}});
  CHECK(keys.size() == 1);
  CHECK(keys.candidates(*find_algorithm("EdDSA"), "good").size() == 1);
}

TEST_CASE("a key is used only with the algorithm that it states", "[jwks]") {
  const auto [stated, used, good] = GENERATE(table<std::string, std::string, bool>({
      {"RS256", "RS256", true},
      {"PS256", "PS256", true},
      {"RS256", "PS256", false},
      {"RS256", "RS512", false},
      {"PS256", "RS256", false},
      {"RSA-OAEP", "RS256", false},
      {"none", "RS256", false},
      {"HS256", "RS256", false},
  }));
  CAPTURE(stated, used);
  auto jwk = key_for(used).jwk("rsa");
  jwk["alg"] = stated;
  CHECK(verified(TestToken(used).text(), {{"keys", {jwk}}}).has_value() == good);
}

TEST_CASE("keys of the same name are all tried", "[jwks]") {
  const Json keys = {{"keys",
                      {SigningKey::elliptic("P-256").jwk("ES256"), key_for("RS256").jwk("ES256"),
                       key_for("ES256").jwk("ES256")}}};
  CHECK(verified(TestToken().text(), keys).has_value());
}

TEST_CASE("a key set beyond its bounds is refused whole", "[jwks]") {
  const auto jwk = key_for("EdDSA").jwk("x");
  Json many = {{"keys", Json::array()}};
  for (std::size_t i = 0; i < kMaxJwks; ++i) many["keys"].push_back(jwk);
  CHECK(Jwks::parse(many.dump()).value().size() == kMaxJwks);
  many["keys"].push_back(jwk);
  const auto text =
      GENERATE_COPY(as<std::string>{}, many.dump(), "", "[]", "{}", R"({"keys": {}})",
                    "{\"keys\": [", R"({"keys": []})" + std::string(kMaxJwksBytes, ' '),
                    R"({"keys": [)" + std::string(50'000, '[') + std::string(50'000, ']') + "]}",
                    std::string(200'000, '{'));
  const auto keys = Jwks::parse(text);
  REQUIRE_FALSE(keys.has_value());
  CHECK(keys.error().kind == ErrorKind::InvalidArgument);
}

TEST_CASE("a key set without a usable key accepts nothing", "[jwks]") {
  CHECK(parsed({{"keys", Json::array()}}).size() == 0);
  CHECK(verified(TestToken().text(), {{"keys", Json::array()}}).error().kind ==
        ErrorKind::NotFound);
}

}  // namespace
}  // namespace lightfast::auth
