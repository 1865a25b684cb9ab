#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "auth/token_verifier.h"
#include "auth_signing.h"
#include "base/guarded.h"
#include "base/log.h"

namespace lightfast::auth {
namespace {

using namespace std::chrono_literals;
using test::issuer_keys;
using test::kAudience;
using test::kIssuer;
using test::kNow;
using test::SigningKey;
using test::TestToken;

constexpr const char* kOpenId = "https://issuer.example/tenant/.well-known/openid-configuration";
constexpr const char* kOAuth =
    "https://issuer.example/.well-known/oauth-authorization-server/tenant";
constexpr const char* kKeysUrl = "https://keys.example/jwks";

// Waits for what another thread does; false when it did not happen.
bool eventually(const std::function<bool()>& happened) {
  for (const auto end = std::chrono::steady_clock::now() + 20s;
       std::chrono::steady_clock::now() < end; std::this_thread::sleep_for(1ms)) {
    if (happened()) return true;
  }
  return false;
}

// Documents by URL; what is not there cannot be fetched.
class FakeWeb {
 public:
  void set(const std::string& url, const std::string& document) {
    pages_.with([&](auto& pages) { pages[url] = document; });
  }
  void remove(const std::string& url) {
    pages_.with([&](auto& pages) { pages.erase(url); });
  }

  [[nodiscard]] Fetch fetch() {
    return [this](const std::string& url, const std::stop_token&) -> Result<std::string> {
      asked_.with([&](auto& asked) { asked.push_back(url); });
      return pages_.with([&](auto& pages) -> Result<std::string> {
        if (pages.contains(url)) return pages[url];
        return Error{ErrorKind::Unavailable, "fetching '" + url + "': no route"};
      });
    };
  }

  [[nodiscard]] std::vector<std::string> asked() {
    return asked_.with([](const auto& asked) { return asked; });
  }
  [[nodiscard]] std::size_t count() { return asked().size(); }

 private:
  Guarded<std::map<std::string, std::string>> pages_;
  Guarded<std::vector<std::string>> asked_;
};

std::string metadata(const std::string& issuer, const std::string& jwks_uri = kKeysUrl) {
  return Json({{"issuer", issuer}, {"jwks_uri", jwks_uri}}).dump();
}

TokenOptions options(const std::string& jwks_url = kKeysUrl) {
  return {.issuer = kIssuer, .audience = kAudience, .jwks_url = jwks_url, .org = {"acme"}};
}

constexpr RefreshPace kEager{.every = 1ms, .least_pause = 1ms, .keep = 1h};
constexpr RefreshPace kOnlyWhenWanted{.every = 1h, .least_pause = 1ms, .keep = 24h};
constexpr RefreshPace kOnlyOnce{.every = 1h, .least_pause = 1h, .keep = 24h};

std::unique_ptr<TokenVerifier> verifier(FakeWeb& web, const RefreshPace& pace,
                                        const TokenOptions& with = options()) {
  return std::make_unique<TokenVerifier>(with, web.fetch(), [] { return kNow; }, pace);
}

bool accepts(TokenVerifier& verifier, const TestToken& token = TestToken()) {
  return verifier.verify(token.text()).has_value();
}

class QuietLog {
 public:
  QuietLog() { REQUIRE(configure_logging({.level = "off"})); }
  ~QuietLog() { (void)configure_logging({}).has_value(); }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;
};

TEST_CASE("a good token is its subject in the organisation configured", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kOnlyOnce);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  const auto caller = tokens->verify(TestToken().text());
  CHECK(*caller == Principal{"someone", {"acme"}, {"context:read", "other"}});
  CHECK(tokens->verify("no token").error().kind == ErrorKind::InvalidArgument);
  TestToken expired;
  expired.claims["exp"] = 1;
  CHECK(tokens->verify(expired.text()).error().kind == ErrorKind::PermissionDenied);
  CHECK(web.asked() == std::vector<std::string>{kKeysUrl});
}

TEST_CASE("before keys were fetched tokens cannot be checked, which says why", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  const auto tokens = verifier(web, kEager);
  const auto early = tokens->verify(TestToken().text());
  CHECK(early.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(early.error().message, Catch::Contains(kIssuer) && Catch::Contains("not fetched yet"));
  CHECK(web.count() == 0);
  tokens->start();
  REQUIRE(eventually([&] { return web.count() > 2; }));
  const auto later = tokens->verify(TestToken().text());
  CHECK(later.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(later.error().message, Catch::Contains(kKeysUrl) && Catch::Contains("no route"));
  web.set(kKeysUrl, issuer_keys().dump());
  CHECK(eventually([&] { return accepts(*tokens); }));
}

TEST_CASE("the keys are found by the issuer's own document", "[token verifier]") {
  struct Case {
    std::string what, openid, oauth;
    bool found;
  };
  const auto one = GENERATE(values<Case>({
      {"OpenID Connect", metadata(kIssuer), "", true},
      {"OAuth", "", metadata(kIssuer), true},
      {"the second, when the first is about another", metadata("https://other.example"),
       metadata(kIssuer), true},
      {"the second, when the first is no JSON", "<html>", metadata(kIssuer), true},
      {"none", "", "", false},
      {"about another", metadata("https://other.example"), metadata("https://evil.example"), false},
      {"about one with a slash", metadata(std::string(kIssuer) + "/"), "", false},
      {"without jwks_uri", Json({{"issuer", kIssuer}}).dump(), "", false},
      {"without issuer", Json({{"jwks_uri", kKeysUrl}}).dump(), "", false},
      {"with jwks_uri of a list", Json({{"issuer", kIssuer}, {"jwks_uri", {kKeysUrl}}}).dump(), "",
       false},
  }));
  INFO(one.what);
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  if (!one.openid.empty()) web.set(kOpenId, one.openid);
  if (!one.oauth.empty()) web.set(kOAuth, one.oauth);
  const auto tokens = verifier(web, kEager, options(""));
  tokens->start();
  if (one.found) {
    CHECK(eventually([&] { return accepts(*tokens); }));
  } else {
    REQUIRE(eventually([&] { return web.count() > 4; }));
    CHECK(tokens->verify(TestToken().text()).error().kind == ErrorKind::Unavailable);
    for (const auto& url : web.asked()) CHECK(url != kKeysUrl);
  }
}

TEST_CASE("documents about an issuer have their places", "[token verifier]") {
  const auto [issuer, openid, oauth] = GENERATE(table<std::string, std::string, std::string>({
      {"https://a.example", "https://a.example/.well-known/openid-configuration",
       "https://a.example/.well-known/oauth-authorization-server"},
      {"https://a.example/", "https://a.example/.well-known/openid-configuration",
       "https://a.example/.well-known/oauth-authorization-server"},
      {"https://a.example:8443/t/x/", "https://a.example:8443/t/x/.well-known/openid-configuration",
       "https://a.example:8443/.well-known/oauth-authorization-server/t/x"},
      {"http://127.0.0.1:9", "http://127.0.0.1:9/.well-known/openid-configuration",
       "http://127.0.0.1:9/.well-known/oauth-authorization-server"},
  }));
  CHECK(discovery_urls(issuer) == std::vector<std::string>{openid, oauth});
}

TEST_CASE("a token with a new key is accepted once the keys are fetched again",
          "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kOnlyWhenWanted);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  REQUIRE(web.count() == 1);
  const auto rotated = SigningKey::elliptic("P-256");
  web.set(kKeysUrl, Json({{"keys", {rotated.jwk("next")}}}).dump());
  TestToken token;
  token.header["kid"] = "next";
  const auto text = token.text(rotated);
  CHECK(tokens->verify(text).error().kind == ErrorKind::PermissionDenied);
  CHECK(eventually([&] { return tokens->verify(text).has_value(); }));
  const auto asked = web.count();
  std::this_thread::sleep_for(50ms);
  CHECK(web.count() <= asked + 1);  // what was wanted is done
  CHECK_FALSE(accepts(*tokens));    // the old key is out
}

TEST_CASE("unknown keys do not have the issuer asked more often than allowed", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kOnlyOnce);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  TestToken token;
  token.header["kid"] = "unknown";
  for (int i = 0; i < 100; ++i) CHECK_FALSE(accepts(*tokens, token));
  std::this_thread::sleep_for(20ms);
  CHECK(web.count() == 1);
}

TEST_CASE("a wrong signature by a known key asks nobody", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kOnlyWhenWanted);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  const auto forged = TestToken().text(SigningKey::elliptic("P-256"));
  for (int i = 0; i < 20; ++i) CHECK_FALSE(tokens->verify(forged).has_value());
  std::this_thread::sleep_for(20ms);
  CHECK(web.count() == 1);
}

TEST_CASE("keys serve on when the issuer cannot be reached or answers nonsense",
          "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kEager);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  web.set(kKeysUrl, "<html>");
  auto before = web.count();
  REQUIRE(eventually([&] { return web.count() > before + 2; }));
  CHECK(accepts(*tokens));
  web.remove(kKeysUrl);
  before = web.count();
  REQUIRE(eventually([&] { return web.count() > before + 2; }));
  CHECK(accepts(*tokens));
}

TEST_CASE("keys that could not be refreshed for too long serve no more", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, {.every = 1h, .least_pause = 1h, .keep = 300ms});
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  REQUIRE(eventually([&] { return !accepts(*tokens); }));
  const auto late = tokens->verify(TestToken().text());
  CHECK(late.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(late.error().message, Catch::Contains("too old"));
}

TEST_CASE("an issuer that takes all its keys back is obeyed", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  web.set(kKeysUrl, issuer_keys().dump());
  const auto tokens = verifier(web, kEager);
  tokens->start();
  REQUIRE(eventually([&] { return accepts(*tokens); }));
  web.set(kKeysUrl, R"({"keys": []})");
  CHECK(eventually([&] { return !accepts(*tokens); }));
}

TEST_CASE("nobody waits for a fetch that hangs, and the end of it is asked for",
          "[token verifier]") {
  const QuietLog quiet;
  std::atomic<bool> begun = false;
  std::atomic<bool> ended = false;
  const Fetch hanging = [&](const std::string&,
                            const std::stop_token& stop) -> Result<std::string> {
    begun = true;
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    ended = true;
    return Error{ErrorKind::Unavailable, "stopped"};
  };
  {
    TokenVerifier tokens(options(), hanging, [] { return kNow; });
    tokens.start();
    REQUIRE(eventually([&] { return begun.load(); }));
    CHECK(tokens.verify(TestToken().text()).error().kind == ErrorKind::Unavailable);
  }
  CHECK(ended);
}

TEST_CASE("a verifier ends at once while it waits for its next fetch", "[token verifier]") {
  const QuietLog quiet;
  FakeWeb web;
  const auto begun = std::chrono::steady_clock::now();
  {
    const auto tokens = verifier(web, {});
    tokens->start();
    REQUIRE(eventually([&] { return web.count() > 0; }));
  }
  {
    const auto never_started = verifier(web, {});
  }
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
}

TEST_CASE("options that cannot work are said before anything starts", "[token verifier]") {
  const auto [change, said] = GENERATE(table<std::function<void(TokenOptions&)>, std::string>({
      {[](TokenOptions& with) { with.issuer = ""; }, "--oauth-issuer"},
      {[](TokenOptions& with) { with.issuer = "http://issuer.example"; }, "https"},
      {[](TokenOptions& with) { with.issuer = "issuer.example"; }, "https"},
      {[](TokenOptions& with) { with.issuer = "https://issuer.example?x"; }, "query"},
      {[](TokenOptions& with) { with.issuer = "https://issuer.example#x"; }, "fragment"},
      {[](TokenOptions& with) { with.jwks_url = "http://issuer.example/keys"; },
       "--oauth-jwks-url"},
      {[](TokenOptions& with) { with.audience = ""; }, "--oauth-audience"},
      {[](TokenOptions& with) { with.ca_file = "/nonexistent/ca.pem"; }, "/nonexistent/ca.pem"},
  }));
  auto with = options();
  REQUIRE(TokenVerifier::open(with).has_value());
  change(with);
  const auto tokens = TokenVerifier::open(with);
  REQUIRE_FALSE(tokens.has_value());
  CHECK(tokens.error().kind == ErrorKind::InvalidArgument);
  CHECK_THAT(tokens.error().message, Catch::Contains(said));
}

}  // namespace
}  // namespace lightfast::auth
