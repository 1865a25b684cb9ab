#include <string>

#include <catch2/catch.hpp>

#include "http/access.h"

namespace lightfast::http {
namespace {

Request request_of(Headers headers) {
  return {.id = {},
          .method = "GET",
          .target = "/",
          .headers = std::move(headers),
          .body = {},
          .peer = "10.1.2.3"};
}

AccessRules rules_of(const AccessRules::Options& options) {
  auto rules = AccessRules::create(options);
  if (!rules) FAIL(rules.error().message);
  return *rules;
}

TEST_CASE("an authority is a host and perhaps a port") {
  struct Case {
    const char* text;
    std::optional<Authority> authority;
  };
  const auto given = GENERATE(values<Case>({
      {"localhost", Authority{"localhost", ""}},
      {"LocalHost:80", Authority{"localhost", "80"}},
      {"[::1]:4114", Authority{"::1", "4114"}},
      {"[::1]", Authority{"::1", ""}},
      {"", std::nullopt},
      {":80", std::nullopt},
      {"localhost:", std::nullopt},
      {"localhost:65536", std::nullopt},
      {"localhost:8o", std::nullopt},
      {"localhost:-1", std::nullopt},
      {"::1", std::nullopt},
      {"[::1", std::nullopt},
      {"[::1]x", std::nullopt},
      {"[localhost]", std::nullopt},
      {"a b", std::nullopt},
      {"user@localhost", std::nullopt},
      {"localhost/path", std::nullopt},
      {"local\xC3\xB6host", std::nullopt},
  }));
  INFO(given.text);
  CHECK(parse_authority(given.text) == given.authority);
}

TEST_CASE("a server on loopback answers to loopback's names, and to those it is given") {
  struct Case {
    const char* host;
    bool allowed;
  };
  const auto given = GENERATE(values<Case>({
      {"localhost", true},
      {"localhost:1", true},
      {"127.0.0.1:4114", true},
      {"127.9.9.9", true},
      {"[::1]:80", true},
      {"ai.example.com", true},
      {"AI.example.com:8443", true},
      {"docs.example.com:443", true},
      {"docs.example.com:444", false},
      {"example.com", false},
      {"evil.ai.example.com", false},
      {"localhost.evil.com", false},
      {"127.0.0.1.evil.com", false},
      {"10.0.0.1", false},
      {"", false},
      {"a, b", false},
  }));
  const auto rules = rules_of({.listen_host = "127.0.0.1",
                               .public_url = "https://docs.example.com:443/x",
                               .hosts = {"ai.example.com"},
                               .origins = {}});
  INFO(given.host);
  CHECK(rules.refusal(request_of({{"Host", given.host}})).has_value() != given.allowed);
}

TEST_CASE("a server on another address answers to its name and to addresses") {
  const auto rules =
      rules_of({.listen_host = "build.local", .public_url = {}, .hosts = {}, .origins = {}});
  for (const char* host : {"build.local", "build.local:4114", "192.168.1.5", "[fe80::1]:4114"})
    CHECK_FALSE(rules.refusal(request_of({{"Host", host}})));
  for (const char* host : {"localhost", "evil.com", "192.168.1.5.evil.com"})
    CHECK(rules.refusal(request_of({{"Host", host}})));
}

TEST_CASE("web pages call only from origins that are allowed") {
  struct Case {
    const char* origin;
    bool allowed;
  };
  const auto given = GENERATE(values<Case>({
      {"http://localhost:3000", true},
      {"https://127.0.0.1", true},
      {"http://[::1]:5173", true},
      {"https://app.example.com", true},
      {"https://app.example.com:443", true},
      {"https://docs.example.com", true},
      {"http://app.example.com", false},
      {"https://app.example.com:444", false},
      {"https://app.example.com.evil.com", false},
      {"https://evil.com", false},
      {"null", false},
      {"file://", false},
      {"chrome-extension://localhost", false},
      {"", false},
  }));
  const auto rules = rules_of({.listen_host = "localhost",
                               .public_url = "https://docs.example.com",
                               .hosts = {},
                               .origins = {"https://app.example.com"}});
  INFO(given.origin);
  CHECK(rules.refusal(request_of({{"Host", "localhost"}, {"Origin", given.origin}})).has_value() !=
        given.allowed);
}

TEST_CASE("rules that are none are refused by the option's name") {
  CHECK_THAT(AccessRules::create({"localhost", "", {"a b"}, {}}).error().message,
             Catch::Contains("--allowed-host"));
  CHECK_THAT(AccessRules::create({"localhost", "", {}, {"example.com"}}).error().message,
             Catch::Contains("--allowed-origin"));
  CHECK_THAT(AccessRules::create({"localhost", "ftp://example.com", {}, {}}).error().message,
             Catch::Contains("--public-url"));
}

TEST_CASE("of a forwarded request the client is the last address that a trusted proxy saw") {
  struct Case {
    const char* peer;
    const char* forwarded;
    const char* client;
  };
  const auto given = GENERATE(values<Case>({
      {"10.1.2.3", "", "10.1.2.3"},
      {"10.1.2.3", "198.51.100.7", "198.51.100.7"},
      {"::ffff:10.1.2.3", "198.51.100.7", "198.51.100.7"},
      {"10.1.2.3", "1.1.1.1, 198.51.100.7", "198.51.100.7"},
      {"10.1.2.3", "1.1.1.1,198.51.100.7 , 10.9.9.9", "198.51.100.7"},
      {"10.1.2.3", "1.1.1.1, evil", "10.1.2.3"},
      {"10.1.2.3", "2001:db8::1", "2001:db8::1"},
      {"11.1.2.3", "198.51.100.7", "11.1.2.3"},
      {"2001:db9::5", "198.51.100.7", "198.51.100.7"},
      {"10.1.2.3", "10.0.0.1, 10.0.0.2", "10.0.0.1"},
  }));
  const auto proxies = TrustedProxies::create({"10.0.0.0/8", "2001:db9::/32"});
  REQUIRE(proxies.has_value());
  auto request = request_of({{"X-Forwarded-For", given.forwarded}});
  request.peer = given.peer;
  CHECK(proxies->client_of(request) == given.client);
}

TEST_CASE("without trusted proxies nothing that is forwarded is believed") {
  const auto proxies = TrustedProxies::create({});
  CHECK(proxies->client_of(request_of({{"X-Forwarded-For", "1.1.1.1"}})) == "10.1.2.3");
  for (const char* network : {"", "x", "10.0.0.0/33", "10.0.0.0/", "::/129", "10.0.0.0/8/8"})
    CHECK_FALSE(TrustedProxies::create({network}).has_value());
}

}  // namespace
}  // namespace lightfast::http
