#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/unit/search_fixture.h"

namespace lightfast::search {
namespace {

using contract::TierState;
using test::event;
using test::Fixture;
using test::kNow;
using test::recalled;
using test::some_events;

TEST_CASE("words find what has them, the best first, with a reason", "[search]") {
  Fixture fixture(some_events());
  const auto answer = fixture.ask("retrying uploads");
  CHECK(Fixture::ids(answer) == "retry docs ");
  const auto& first = answer["results"][0];
  CHECK(first["score"] == 1.0);
  CHECK(first["reason"] == "words: retrying, uploads");
  CHECK(first["tier"] == "store");
  CHECK(first["subject"] == "pr:acme/web#1");
  CHECK(first["occurredAt"] == "2026-03-01T00:00:00Z");
  CHECK_THAT(first["snippet"].get<std::string>(), Catch::Contains("Retry failed uploads"));
  CHECK(answer["total"] == 2);
  CHECK(answer["partial"] == false);
  CHECK(answer["requestId"] == "a-request");
}

TEST_CASE("a handle finds the one thing alone", "[search]") {
  Fixture fixture(some_events());
  for (const auto* handle : {"pr:acme/web#2", "web#2", "acme/web#2", "#2", "PR:2"}) {
    CAPTURE(handle);
    const auto answer = fixture.ask(handle);
    CHECK(Fixture::ids(answer) == "cache ");
    CHECK(answer["results"][0]["reason"] == "exactly pr:acme/web#2");
    CHECK(answer["tiers"]["memory"]["state"] == "skipped");
  }
  CHECK(Fixture::ids(fixture.ask("uploads like in web#2")).starts_with("cache "));
  CHECK(fixture.memory().asked.size() == 1);
}

TEST_CASE("lists are of what is newest, or open", "[search]") {
  Fixture fixture(some_events());
  CHECK(Fixture::ids(fixture.ask("open pull requests")) == "docs retry ");
  CHECK(Fixture::ids(fixture.ask("latest deployments")) == "live ");
  CHECK(Fixture::ids(fixture.ask("recent events")) == "live docs cache retry ");
  CHECK(fixture.memory().asked.empty());
}

TEST_CASE("who did something is found by the name, and what she did", "[search]") {
  auto events = some_events();
  events[1].actor = "person:mia";
  Fixture fixture(events);
  for (const auto* question : {"@mia", "what did @mia do"}) {
    const auto answer = fixture.ask(question);
    REQUIRE(!answer["results"].empty());
    CHECK(answer["results"][0]["id"] == "cache");
    CHECK(answer["results"][0]["reason"] == "by person:mia");
  }
}

TEST_CASE("a path finds what changed the file", "[search]") {
  auto events = some_events();
  events[2].relations = {{.entity = "file:acme/docs/src/upload.cc", .type = "modifies"}};
  Fixture fixture(events);
  const auto answer = fixture.ask("src/upload.cc");
  CHECK(Fixture::ids(answer) == "docs ");
  CHECK(answer["results"][0]["reason"] == "modifies file:acme/docs/src/upload.cc");
  CHECK(answer["tiers"]["memory"]["state"] == "skipped");
  CHECK(Fixture::ids(fixture.ask("uploads/none.cc")) == "docs retry ");  // words
}

TEST_CASE("filters hold for all there is, not for the newest of it", "[search]") {
  std::vector<store::Event> events = {event("first", "pr:acme/web#1", "Begin", "2026-01-01"),
                                      event("live", "deployment:77", "web", "2026-01-02")};
  events[0].actor = "person:mia";
  for (int i = 0; i < 400; ++i) {
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#1", "More", "2026-02-01"));
    events.back().actor = "person:mia";
    events.back().source = "other";
  }
  Fixture fixture(events);
  const Json until = {{"before", "2026-02-01"}};
  const auto ask = [&](const char* query, Json filter) {
    filter["query"] = query;
    return fixture.ask(filter);
  };
  CHECK(Fixture::ids(ask("latest", {{"types", {"deployment"}}})) == "live ");
  CHECK(Fixture::ids(ask("latest prs", {{"sources", {"github"}}})) == "first ");
  CHECK(Fixture::ids(ask("latest", until)) == "live first ");
  CHECK(Fixture::ids(ask("@mia", until)) == "first ");
  CHECK(Fixture::ids(ask("web#1", {{"sources", {"github"}}})) == "first ");
  const auto all = fixture.ask("@mia");
  CHECK(all["total"] == 100);
  CHECK(all["partial"] == true);  // and says that there are more
}

TEST_CASE("a list of what is of no known kind is found by its words", "[search]") {
  auto events = some_events();
  events[1].type = "deploy.finished";
  events[1].title = "deploys of web";
  Fixture fixture(events);
  CHECK(Fixture::ids(fixture.ask("latest releases")).empty());
  CHECK(Fixture::ids(fixture.ask({{"query", "latest deploys"}, {"before", "2026-03-05"}})) ==
        "cache ");
}

TEST_CASE("what is open is listed however much was closed since, and a cut is said", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 6'000; ++i)
    events.push_back(event("c" + std::to_string(i), "pr:acme/web#" + std::to_string(100 + i),
                           "Closed", "2026-03-02", {{"state", "closed"}}));
  events.push_back(event("open", "pr:acme/web#1", "Open", "2026-03-01", {{"state", "open"}}));
  Fixture fixture(events);
  const auto open = fixture.ask("open prs");
  CHECK(Fixture::ids(open) == "open ");
  CHECK(open["partial"] == false);
  const auto newest = fixture.ask("latest prs");
  CHECK(newest["total"] == 200);
  CHECK(newest["partial"] == true);
}

TEST_CASE("a question that takes long is cut short", "[search]") {
  std::vector<store::Event> events;
  std::string body;
  for (int i = 0; i < 40; ++i) body += "word_" + std::to_string(i) + "_of_many ";
  for (int i = 0; i < 20'000; ++i) {
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i), "x"));
    events.back().body = body;
  }
  Fixture fixture(events);
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = fixture.ask({{"query", body}, {"waitMs", 0}});
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  CHECK(answer["partial"] == true);
}

TEST_CASE("filters and pages hold for what is found", "[search]") {
  Fixture fixture(some_events());
  fixture.without_memory();
  const Json all = {{"query", "uploads web thumbnails"}};
  CHECK(fixture.ask(all)["total"] == 4);
  auto page = all;
  page["limit"] = 2;
  page["offset"] = 1;
  const auto whole = Fixture::ids(fixture.ask(all));
  CHECK_THAT(whole, Catch::Contains(Fixture::ids(fixture.ask(page))));
  CHECK(fixture.ask(page)["total"] == 4);
  page["offset"] = 9;
  CHECK(fixture.ask(page)["results"].empty());

  auto filtered = all;
  filtered["types"] = {"deployment"};
  CHECK(Fixture::ids(fixture.ask(filtered)) == "live ");
  filtered = all;
  filtered["after"] = "2026-03-02";
  filtered["before"] = "2026-03-03";
  CHECK(Fixture::ids(fixture.ask(filtered)) == "cache ");
}

TEST_CASE("texts that are written without spaces are found by their parts", "[search]") {
  Fixture fixture({event("retry", "pr:acme/web#1",
                         "\u518D\u8A66\u884C\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9\u5BFE\u5FDC"),
                   event("index", "pr:acme/web#2", "\u691C\u7D22\u306E\u4FEE\u6B63"),
                   event("thai", "pr:acme/web#3",
                         "\u0E2D\u0E31\u0E1B\u0E42\u0E2B\u0E25\u0E14\u0E44\u0E1F\u0E25\u0E4C")});
  CHECK(Fixture::ids(fixture.ask("\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9")) == "retry ");
  CHECK(Fixture::ids(fixture.ask("\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9\u306E\u5931\u6557")) ==
        "retry ");
  CHECK(Fixture::ids(fixture.ask("\u691C\u7D22")) == "index ");
  CHECK(Fixture::ids(fixture.ask("\u0E44\u0E1F\u0E25\u0E4C")) == "thai ");
}

TEST_CASE("no question breaks the query language", "[search]") {
  Fixture fixture(some_events());
  for (const auto* query :
       {"\"", "a\"b", "NEAR(a b)", "OR", "title:x", "^a*", "-a", "((", "{a b}:c", "'; DROP TABLE",
        "\xF0\x9F\x98\x80", "%", "*", "a AND", "#", "@", "pr:", "https://", ":::"}) {
    CAPTURE(query);
    CHECK(fixture.ask(query)["tiers"]["store"]["state"] == "ok");
  }
}

TEST_CASE("a time that is none is refused by its name", "[search]") {
  Fixture fixture(some_events());
  store::Readers readers(fixture.file());
  const auto handler = make_search_handler(readers, nullptr);
  const auto refused = handler({{"query", "x"}, {"after", "yesterday"}}, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::InvalidArgument);
  CHECK(refused.error().field == "after");
}

TEST_CASE("what has no title is called by its entity's", "[search]") {
  auto events = some_events();
  events.push_back(event("silent", "pr:acme/web#1", "", "2026-03-04"));
  events.push_back(event("nameless", "pr:acme/web#9", "", "2026-03-05"));
  Fixture fixture(events);
  CHECK(fixture.ask("acme/web#1")["results"][0]["title"] == "Retry failed uploads");
  CHECK(fixture.ask("acme/web#9")["results"][0]["title"] == "pr:acme/web#9");
}

}  // namespace
}  // namespace lightfast::search
