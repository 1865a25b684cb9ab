#include <cctype>
#include <functional>
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

using test::issuer_keys;
using test::kAudience;
using test::key_for;
using test::kIssuer;
using test::kNow;
using test::SigningKey;
using test::TestToken;

Jwks parsed(const Json& keys) {
  auto set = Jwks::parse(keys.dump());
  REQUIRE(set.has_value());
  return std::move(*set);
}

Result<Claims> verified(std::string_view token, const Json& keys = issuer_keys()) {
  return verify(token, parsed(keys), {.issuer = kIssuer, .audience = kAudience}, kNow);
}

// A token whose parts are any text, signed all the same.
std::string signed_text(const std::string& header, const std::string& payload) {
  const auto message = base64url(header) + "." + base64url(payload);
  return message + "." + base64url(key_for("ES256").sign("ES256", message));
}

// ---- What is accepted.

TEST_CASE("a good token is accepted with each algorithm", "[jwt]") {
  const std::string algorithm =
      GENERATE("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA");
  CAPTURE(algorithm);
  const auto claims = verified(TestToken(algorithm).text());
  REQUIRE(claims.has_value());
  CHECK(*claims == Claims{.subject = "someone", .scopes = {"context:read", "other"}});
}

TEST_CASE("what may be there or not, is accepted both ways", "[jwt]") {
  struct Case {
    std::string what;
    std::function<void(TestToken&)> change;
  };
  const auto one = GENERATE(values<Case>({
      {"no type", [](TestToken& token) { token.header.erase("typ"); }},
      {"type JWT", [](TestToken& token) { token.header["typ"] = "jwt"; }},
      {"type AT+JWT", [](TestToken& token) { token.header["typ"] = "AT+JWT"; }},
      {"full type", [](TestToken& token) { token.header["typ"] = "application/at+jwt"; }},
      {"no kid", [](TestToken& token) { token.header.erase("kid"); }},
      {"unknown header", [](TestToken& token) { token.header["x"] = {1, 2}; }},
      {"several audiences",
       [](TestToken& token) { token.claims["aud"] = {"https://other", kAudience}; }},
      {"no nbf", [](TestToken& token) { token.claims.erase("nbf"); }},
      {"no iat", [](TestToken& token) { token.claims.erase("iat"); }},
      {"expired within the leeway", [](TestToken& token) { token.claims["exp"] = 1'799'999'941; }},
      {"nbf within the leeway", [](TestToken& token) { token.claims["nbf"] = 1'800'000'060; }},
      {"iat within the leeway", [](TestToken& token) { token.claims["iat"] = 1'800'000'060; }},
      {"a broken second", [](TestToken& token) { token.claims["exp"] = 1'800'000'000.5; }},
      {"the far future", [](TestToken& token) { token.claims["exp"] = 1e300; }},
      {"unknown claims", [](TestToken& token) { token.claims["x"] = {{"y", {{"z", 1}}}}; }},
  }));
  INFO(one.what);
  TestToken token;
  one.change(token);
  const auto claims = verified(token.text());
  REQUIRE(claims.has_value());
  CHECK(claims->subject == "someone");
}

TEST_CASE("scopes come as a text or as a list", "[jwt]") {
  struct Case {
    Json scope, scp;
    std::vector<std::string> expected;
  };
  const auto one = GENERATE(values<Case>({
      {nullptr, nullptr, {}},
      {"", nullptr, {}},
      {"a", nullptr, {"a"}},
      {" a  b c ", nullptr, {"a", "b", "c"}},
      {nullptr, "a b", {"a", "b"}},
      {nullptr, Json::array({"a", "b"}), {"a", "b"}},
      {nullptr, Json::array(), {}},
      {"a", Json::array({"b"}), {"a"}},
  }));
  CAPTURE(one.scope, one.scp);
  TestToken token;
  token.claims.erase("scope");
  if (!one.scope.is_null()) token.claims["scope"] = one.scope;
  if (!one.scp.is_null()) token.claims["scp"] = one.scp;
  CHECK(verified(token.text()).value().scopes == one.expected);
}

TEST_CASE("without a subject the client stands for it", "[jwt]") {
  TestToken token;
  token.claims.erase("sub");
  CHECK(verified(token.text()).value().subject == "some-tool");
}

// ---- What is refused: each row is a good token but for one thing.

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

// ---- Published examples.

TEST_CASE("the signatures that RFCs publish are good", "[jwt]") {
  struct Case {
    std::string name, jwk, token;
  };
  const auto one = GENERATE(values<Case>({
      {"RFC 7515, A.2",
       R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx)"
       "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9"
       "wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
       "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZ"
       "lxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"
       "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4"
       R"(FRWyuXpoQ"})",
       "eyJhbGciOiJSUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
       "l"
       "fQ."
       "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_"
       "O8W2Fp5"
       "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"
       "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb"
       "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"
       "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO"
       "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"},
      {"RFC 7515, A.3",
       R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
       R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
       "eyJhbGciOiJFUzI1NiJ9."
       "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnV"
       "l"
       "fQ."
       "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"},
      {"RFC 8037, A.4",
       R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
       "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
       "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"},
  }));
  INFO(one.name);
  const auto keys = parsed({{"keys", {Json::parse(one.jwk)}}});
  REQUIRE(keys.size() == 1);
  const auto first = one.token.find('.');
  const auto second = one.token.rfind('.');
  const auto header = Json::parse(base64url_decoded(one.token.substr(0, first)).value());
  const auto* algorithm = find_algorithm(header["alg"].get<std::string>());
  REQUIRE(algorithm != nullptr);
  const auto candidates = keys.candidates(*algorithm, "");
  REQUIRE(candidates.size() == 1);
  const auto message = one.token.substr(0, second);
  const auto signature = base64url_decoded(one.token.substr(second + 1)).value();
  CHECK(is_signed(message, signature, *algorithm, candidates[0]->key));
  CHECK_FALSE(is_signed(message + "A", signature, *algorithm, candidates[0]->key));
  // As tokens they are good but for what they say.
  const auto refused = verify(one.token, keys, {"joe", kAudience}, kNow);
  CHECK_FALSE(refused.error().message.contains("sign"));
}

TEST_CASE("a signature counts only with the kind of key that its algorithm is for", "[jwt]") {
  const auto keys = parsed(issuer_keys());
  const auto& key = keys.candidates(*find_algorithm("ES384"), "").at(0)->key;
  CHECK(is_signed("x", key_for("ES384").sign("ES384", "x"), *find_algorithm("ES384"), key));
  CHECK_FALSE(is_signed("x", key_for("ES384").sign("ES256", "x"), *find_algorithm("ES256"), key));
}

// ---- Key sets.

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
