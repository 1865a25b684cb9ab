#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/jwt.h"
#include "auth_signing.h"
#include "base/base64.h"

// Each row is a good token but for one thing.
namespace lightfast::auth {
namespace {

using test::issuer_keys;
using test::kAudience;
using test::key_for;
using test::kIssuer;
using test::kNow;
using test::parsed;
using test::SigningKey;
using test::TestToken;
using test::verified;

// A token whose parts are any text, signed all the same.
std::string signed_text(const std::string& header, const std::string& payload) {
  const auto message = base64url(header) + "." + base64url(payload);
  return message + "." + base64url(key_for("ES256").sign("ES256", message));
}

struct Refusal {
  std::string what;
  std::function<std::string()> token;
  std::string said;
  ErrorKind kind = ErrorKind::PermissionDenied;
};

std::function<std::string()> with_header(const char* name, const Json& value) {
  return [name, value] {
    TestToken token;
    token.header[name] = value;
    return token.text();
  };
}

std::function<std::string()> with_claim(const char* name, const Json& value) {
  return [name, value] {
    TestToken token;
    token.claims[name] = value;
    return token.text();
  };
}

std::function<std::string()> without_claim(std::vector<const char*> names) {
  return [names] {
    TestToken token;
    for (const auto* name : names) token.claims.erase(name);
    return token.text();
  };
}

// The same claims under another `alg`, signed by what that would be signed by.
std::string unsigned_token(const std::string& algorithm) {
  TestToken token;
  token.header["alg"] = algorithm;
  return token.message() + ".";
}

// RFC 8725, section 2.1: the public key taken for a shared secret.
std::string signed_with_public_key() {
  TestToken token;
  token.header["alg"] = "HS256";
  const auto secret = key_for("ES256").jwk("ES256").dump();
  std::string signature(32, '\0');
  std::size_t size = 0;
  const auto message = token.message();
  REQUIRE(::EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
                      reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                      reinterpret_cast<unsigned char*>(signature.data()), signature.size(),
                      &size) != nullptr);
  return message + "." + base64url(signature);
}

void check_refusals(const std::vector<Refusal>& rows) {
  for (const auto& row : rows) {
    INFO(row.what);
    const auto token = row.token();
    const auto claims = verified(token);
    REQUIRE_FALSE(claims.has_value());
    CHECK(claims.error().kind == row.kind);
    CHECK_THAT(claims.error().message, Catch::StartsWith("access token: "));
    CHECK_THAT(claims.error().message, Catch::Contains(row.said));
    if (token.size() > 20) CHECK_FALSE(claims.error().message.contains(token.substr(0, 20)));
  }
}

TEST_CASE("what is no signed token is refused", "[jwt]") {
  REQUIRE(verified(TestToken().text()).has_value());
  const auto text = [](std::string value) { return [value] { return value; }; };
  const auto cut = [](std::size_t part) {
    return [part] {
      auto token = TestToken().text();
      const auto first = token.find('.');
      const auto second = token.rfind('.');
      if (part == 0) return token.substr(first);
      if (part == 1) return token.substr(0, first + 1) + token.substr(second);
      return token.substr(0, second + 1);
    };
  };
  const auto changed = [](const std::string& before, const std::string& after) {
    return [before, after] { return before + TestToken().text() + after; };
  };
  check_refusals({
      {"nothing", text(""), "three parts", ErrorKind::InvalidArgument},
      {"two parts", text("e30.e30"), "three parts", ErrorKind::InvalidArgument},
      {"only dots", text(".."), "signature is not base64url", ErrorKind::InvalidArgument},
      {"four parts", changed("", ".e30"), "three parts", ErrorKind::InvalidArgument},
      {"five parts, encrypted", changed("", ".e30.e30"), "three parts", ErrorKind::InvalidArgument},
      {"a list of tokens", changed("", "," + TestToken().text()), "three parts",
       ErrorKind::InvalidArgument},
      {"empty header", cut(0), "header is no JSON object", ErrorKind::InvalidArgument},
      {"empty payload", cut(1), "signature is wrong"},
      {"empty signature", cut(2), "signature is not base64url", ErrorKind::InvalidArgument},
      {"padded", changed("", "="), "signature is not base64url", ErrorKind::InvalidArgument},
      {"padded twice", changed("", "=="), "signature is not base64url", ErrorKind::InvalidArgument},
      {"a space before", changed(" ", ""), "header is not base64url", ErrorKind::InvalidArgument},
      {"a line break after", changed("", "\n"), "signature is not", ErrorKind::InvalidArgument},
      {"too long", [] { return with_claim("x", std::string(kMaxTokenBytes, 'a'))(); },
       "longer than", ErrorKind::InvalidArgument},
      {"header is no JSON", [] { return signed_text("no", "{}"); }, "header is no JSON object",
       ErrorKind::InvalidArgument},
      {"header is a list", [] { return signed_text("[]", "{}"); }, "header is no JSON object",
       ErrorKind::InvalidArgument},
      {"header goes on", [] { return signed_text(R"({"alg":"ES256"} x)", "{}"); },
       "header is no JSON object", ErrorKind::InvalidArgument},
      {"header nested deeply",
       [] {
         return signed_text(
             R"({"alg":"ES256","x":)" + std::string(5000, '[') + std::string(5000, ']') + "}",
             "{}");
       },
       "header is no JSON object", ErrorKind::InvalidArgument},
      {"payload is no JSON", [] { return signed_text(R"({"alg":"ES256"})", "no"); },
       "payload is no JSON object", ErrorKind::InvalidArgument},
      {"payload is a token, a nested one",
       [] { return signed_text(R"({"alg":"ES256","cty":"JWT"})", TestToken().text()); },
       "payload is no JSON object", ErrorKind::InvalidArgument},
      {"payload is not UTF-8",
       [] { return signed_text(R"({"alg":"ES256"})", "{\"sub\":\"\xFF\"}"); },
       "payload is no JSON object", ErrorKind::InvalidArgument},
      {"payload nested deeply",
       [] { return signed_text(R"({"alg":"ES256"})", std::string(9000, '[')); },
       "payload is no JSON object", ErrorKind::InvalidArgument},
  });
}

TEST_CASE("a header that is not that of an accepted token is refused", "[jwt]") {
  check_refusals({
      {"no algorithm", [] { return signed_text("{}", TestToken().claims.dump()); }, "algorithm"},
      {"alg none", [] { return unsigned_token("none") + "AA"; }, "algorithm"},
      {"alg NONE", [] { return unsigned_token("NONE") + "AA"; }, "algorithm"},
      {"a shared secret", signed_with_public_key, "algorithm"},
      {"alg in small letters", with_header("alg", "es256"), "algorithm"},
      {"alg with an end", with_header("alg", std::string("ES256\0", 6)), "algorithm"},
      {"alg of a list", with_header("alg", Json::array({"ES256"})), "algorithm"},
      {"ES256K", with_header("alg", "ES256K"), "algorithm"},
      {"ES512", with_header("alg", "ES512"), "algorithm"},
      {"PS384", with_header("alg", "PS384"), "algorithm"},
      {"RS1", with_header("alg", "RS1"), "algorithm"},
      {"critical extension", with_header("crit", Json::array({"exp"})), "critical"},
      {"unencoded payload", with_header("crit", Json::array({"b64"})), "critical"},
      {"empty crit", with_header("crit", Json::array()), "critical"},
      {"crit of null", with_header("crit", nullptr), "critical"},
      {"an id token", with_header("typ", "id+jwt"), "type"},
      {"a logout token", with_header("typ", "logout+jwt"), "type"},
      {"a proof", with_header("typ", "dpop+jwt"), "type"},
      {"typ of a number", with_header("typ", 1), "type"},
      {"typ of nothing", with_header("typ", ""), "type"},
      {"kid of a number", with_header("kid", 1), "is no text"},
      {"kid of null", with_header("kid", nullptr), "is no text"},
  });
}

TEST_CASE("a token that is not signed by the issuer is refused", "[jwt]") {
  const auto other = [](const char* algorithm, const SigningKey& key) {
    return [algorithm, key] { return TestToken(algorithm).text(key); };
  };
  const auto claiming = [](const char* algorithm, const char* kid) {  // of another kind of key
    return [algorithm, kid] {
      TestToken token(algorithm);
      token.header["kid"] = kid;
      return token.text();
    };
  };
  check_refusals({
      {"another RSA key", other("RS256", SigningKey::rsa(2048)), "signature is wrong"},
      {"another RSA key, PSS", other("PS256", SigningKey::rsa(2048)), "signature is wrong"},
      {"another P-256 key", other("ES256", SigningKey::elliptic("P-256")), "signature is wrong"},
      {"another P-384 key", other("ES384", SigningKey::elliptic("P-384")), "signature is wrong"},
      {"another Ed25519 key", other("EdDSA", SigningKey::ed25519()), "signature is wrong"},
      {"the longer signature of another curve", other("ES256", key_for("ES384")),
       "signature is wrong"},
      {"PKCS 1 taken for PSS",
       [] {
         TestToken token("PS256");
         return token.message() + "." + base64url(key_for("RS256").sign("RS256", token.message()));
       },
       "signature is wrong"},
      {"PSS with a shorter salt",
       [] {
         TestToken token("PS256");
         return token.message() + "." +
                base64url(key_for("PS256").sign("PS256", token.message(), 20));
       },
       "signature is wrong"},
      {"another digest",
       [] {
         TestToken token("RS256");
         return token.message() + "." + base64url(key_for("RS256").sign("RS512", token.message()));
       },
       "signature is wrong"},
      {"signature of zeros",
       [] { return TestToken().message() + "." + base64url(std::string(64, '\0')); },
       "signature is wrong"},
      {"signature too short",
       [] { return TestToken().message() + "." + base64url(std::string(63, '\1')); },
       "signature is wrong"},
      {"key of the header itself",
       [] {
         const auto own = SigningKey::elliptic("P-256");
         TestToken token;
         token.header["jwk"] = own.jwk("ES256");
         return token.text(own);
       },
       "signature is wrong"},
      {"unknown kid", claiming("ES256", "another"), "none of the keys", ErrorKind::NotFound},
      {"empty kid, another key",
       [] {
         TestToken token;
         token.header["kid"] = "";
         return token.text(SigningKey::elliptic("P-256"));
       },
       "none of the keys", ErrorKind::NotFound},
      {"no kid, another key",
       [] {
         TestToken token;
         token.header.erase("kid");
         return token.text(SigningKey::elliptic("P-256"));
       },
       "none of the keys", ErrorKind::NotFound},
      {"alg and key of another kind", claiming("RS256", "ES256"), "none of the keys",
       ErrorKind::NotFound},
      {"alg and key of another curve", claiming("ES256", "ES384"), "none of the keys",
       ErrorKind::NotFound},
      {"alg and key of another kind, EdDSA", claiming("EdDSA", "rsa"), "none of the keys",
       ErrorKind::NotFound},
  });
}

TEST_CASE("a token whose claims are not those expected is refused", "[jwt]") {
  check_refusals({
      {"no issuer", without_claim({"iss"}), "another issuer"},
      {"another issuer", with_claim("iss", "https://issuer.example"), "another issuer"},
      {"issuer with a slash", with_claim("iss", std::string(kIssuer) + "/"), "another issuer"},
      {"issuer in capitals", with_claim("iss", "HTTPS://issuer.example/tenant"), "another issuer"},
      {"issuer of a list", with_claim("iss", Json::array({kIssuer})), "another issuer"},
      {"no audience", without_claim({"aud"}), "another audience"},
      {"another audience", with_claim("aud", "https://other.example"), "another audience"},
      {"audience that only begins so", with_claim("aud", std::string(kAudience) + "/x"),
       "another audience"},
      {"no audiences", with_claim("aud", Json::array()), "another audience"},
      {"other audiences", with_claim("aud", Json::array({"a", "b"})), "another audience"},
      {"audiences of numbers", with_claim("aud", Json::array({kAudience, 1})), "another audience"},
      {"audience of an object", with_claim("aud", {{kAudience, kAudience}}), "another audience"},
      {"audience in a list of lists", with_claim("aud", {{kAudience}, {kAudience}}),
       "another audience"},
      {"no expiry", without_claim({"exp"}), "when it expires"},
      {"expiry of a text", with_claim("exp", "1800000300"), "when it expires"},
      {"expiry of null", with_claim("exp", nullptr), "when it expires"},
      {"expiry of true", with_claim("exp", true), "when it expires"},
      {"expired beyond the leeway", with_claim("exp", 1'799'999'940), "has expired"},
      {"expired long ago", with_claim("exp", 0), "has expired"},
      {"expired before time began", with_claim("exp", -1e300), "has expired"},
      {"not yet", with_claim("nbf", 1'800'000'061), "nbf is in the future"},
      {"nbf of a text", with_claim("nbf", "0"), "nbf is no time"},
      {"issued in the future", with_claim("iat", 1'800'000'061), "iat is in the future"},
      {"iat of null", with_claim("iat", nullptr), "iat is no time"},
      {"nobody's", without_claim({"sub", "client_id"}), "whose it is"},
      {"subject of nothing", with_claim("sub", ""), "whose it is"},
      {"subject of a number", with_claim("sub", 7), "whose it is"},
      {"subject of lines", with_claim("sub", "a\nb"), "one line"},
      {"subject with an end", with_claim("sub", std::string("a\0b", 3)), "one line"},
      {"subject too long", with_claim("sub", std::string(kMaxSubjectBytes + 1, 'a')), "one line"},
      {"scope of a list", with_claim("scope", Json::array({"context:read"})), "scope is no list"},
      {"scope of a number", with_claim("scope", 1), "scope is no list"},
      {"scp of numbers",
       [] {
         TestToken token;
         token.claims.erase("scope");
         token.claims["scp"] = Json::array({1});
         return token.text();
       },
       "scp is no list"},
  });
}

TEST_CASE("a token with one bit changed is refused", "[jwt]") {
  const std::string algorithm = GENERATE("RS256", "PS256", "ES256", "ES384", "EdDSA");
  CAPTURE(algorithm);
  const auto keys = parsed(issuer_keys());
  const auto good = TestToken(algorithm).text();
  const Expected expected{.issuer = kIssuer, .audience = kAudience};
  REQUIRE(verify(good, keys, expected, kNow).has_value());
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] = static_cast<char>(static_cast<unsigned char>(bad[i]) ^ (1U << i % 8));
    CAPTURE(i);
    REQUIRE_FALSE(verify(bad, keys, expected, kNow).has_value());
  }
}

TEST_CASE("a token with a part missing at its end is refused", "[jwt]") {
  const auto keys = parsed(issuer_keys());
  const auto good = TestToken().text();
  for (std::size_t size = 0; size < good.size(); ++size) {
    REQUIRE_FALSE(verify(good.substr(0, size), keys, {kIssuer, kAudience}, kNow).has_value());
  }
}

TEST_CASE("a signature that carries bits nobody reads is refused", "[jwt]") {
  auto token = TestToken().text();  // 64 bytes: the last character has four bits that carry nothing
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = kAlphabet[kAlphabet.find(token.back()) + 1];
  CHECK(verified(token).error().kind == ErrorKind::InvalidArgument);
}

}  // namespace
}  // namespace lightfast::auth
