#include <functional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/jwt.h"
#include "auth_signing.h"

namespace lightfast::auth {
namespace {

using test::kAudience;
using test::TestToken;
using test::verified;

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

}  // namespace
}  // namespace lightfast::auth
