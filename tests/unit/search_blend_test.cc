#include <chrono>
#include <fstream>
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

TEST_CASE("a handle that nothing local has is asked for in long-term memory", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled({{.id = "old",
                                     .title = "Old",
                                     .snippet = "",
                                     .score = 2,
                                     .source = "github",
                                     .type = "pull_request.opened"}});
  const auto answer = fixture.ask("#999");
  CHECK(Fixture::ids(answer) == "old ");
  CHECK(answer["results"][0]["tier"] == "memory");
  CHECK(answer["tiers"]["memory"]["state"] == "ok");
}

TEST_CASE("both tiers are blended, and what both have is one", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled(
      {{.id = "retry", .title = "as it was", .snippet = "", .score = 5, .source = "x", .type = "y"},
       {.id = "older",
        .title = "Uploads of 2020",
        .snippet = "uploads",
        .score = 3,
        .source = "archive",
        .type = "document",
        .reason = "meaning"}});
  const auto answer = fixture.ask("retrying uploads");
  CHECK(Fixture::ids(answer) == "retry older docs ");
  CHECK(answer["results"][0]["tier"] == "both");
  CHECK(answer["results"][0]["title"] == "Retry failed uploads");
  CHECK(answer["results"][1]["tier"] == "memory");
  CHECK(answer["results"][1]["reason"] == "long-term memory: meaning");
  CHECK(answer["tiers"]["memory"]["state"] == "ok");
  CHECK(answer["total"] == 3);
  REQUIRE(fixture.memory().asked.size() == 1);
}

TEST_CASE("what is local is told as it is here, however it was found", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 150; ++i)
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i),
                           "uploads " + std::string(static_cast<std::size_t>(i), 'x')));
  events.push_back(event("other", "pr:acme/web#900", "Words of its own"));
  Fixture fixture(events);
  const auto remembered = [](const std::string& id, double score) {
    return contract::SearchResult{
        .id = id, .title = "as it was", .snippet = "", .score = score, .source = "x", .type = "y"};
  };
  fixture.memory().says =
      recalled({remembered("other", 9), remembered("e0", 8), remembered("e149", 7)});
  const auto answer = fixture.ask({{"query", "uploads"}, {"limit", 100}});
  CHECK(answer["total"] == 151);
  std::size_t both = 0;
  for (const auto& result : answer["results"]) {
    CHECK(result["title"] != "as it was");
    if (result["tier"] == "both") ++both;
  }
  CHECK(both == 3);
}

TEST_CASE("the total is what can be paged through", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  fixture.memory().says.answer.total = 30;
  CHECK(fixture.ask("uploads")["total"] == 32);
  fixture.memory().says.answer.total = 1'000'000;
  CHECK(fixture.ask("uploads")["total"] == 102);
  fixture.memory().says.answer.total = -5;
  CHECK(fixture.ask("uploads")["total"] == 3);
}

TEST_CASE("a memory that fails is said, and the local answer is given", "[search]") {
  Fixture fixture(some_events());
  for (const auto state : {TierState::Timeout, TierState::Error, TierState::Open}) {
    fixture.memory().says = {.answer = {}, .report = {.state = state, .why = "because"}};
    const auto answer = fixture.ask("uploads");
    CHECK(answer["results"].size() == 2);
    CHECK(answer["partial"] == true);
    CHECK(answer["tiers"]["memory"]["state"] == contract::state_text(state));
    CHECK(answer["tiers"]["memory"]["why"] == "because");
  }
  fixture.memory().says = {.answer = {},
                           .report = {.state = TierState::Cached, .age = std::chrono::seconds(9)}};
  const auto cached = fixture.ask("uploads");
  CHECK(cached["partial"] == false);
  CHECK(cached["tiers"]["memory"]["ageSeconds"] == 9);
}

TEST_CASE("without a store long-term memory answers, without either nothing does", "[search]") {
  Fixture fixture({});
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  CHECK(Fixture::ids(fixture.ask("open pull requests")) == "x ");
  fixture.without_memory();
  const auto nothing = fixture.ask("anything");
  CHECK(nothing["results"].empty());
  CHECK(nothing["tiers"]["memory"]["state"] == "off");
  CHECK_THAT(nothing["tiers"]["store"]["why"].get<std::string>(), Catch::Contains("store"));
}

TEST_CASE("a store that is damaged is said, and long-term memory still answers", "[search]") {
  Fixture fixture(some_events());
  std::ofstream(fixture.file(), std::ios::trunc) << std::string(9000, 'x');
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  const auto answer = fixture.ask("uploads");
  CHECK(Fixture::ids(answer) == "x ");
  CHECK(answer["tiers"]["store"]["state"] == "error");
  CHECK(answer["partial"] == true);
}

TEST_CASE("an answer of ten results stays below 16 KiB, whatever the texts hold", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 20; ++i) {
    auto each = event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i),
                      "uploads \x01\"\\" + std::string(900, '"'));
    each.body = std::string(60'000, '\\') + " uploads";
    each.url = "https://github.test/" + std::string(2000, 'u');
    events.push_back(std::move(each));
  }
  Fixture fixture(events);
  fixture.memory().says = recalled({{.id = "x",
                                     .title = std::string(9000, '"'),
                                     .snippet = std::string(9000, '\\'),
                                     .score = 1,
                                     .source = "s",
                                     .type = "t",
                                     .reason = std::string(5000, '"')}});
  const auto answer = fixture.ask("uploads");
  CHECK(answer["results"].size() == 10);
  CHECK(answer.dump().size() < 16'384);
}

contract::SearchResult remembered(const std::string& id, const std::string& title) {
  return {.id = id,
          .title = title,
          .snippet = title,
          .score = 0.9,
          .source = "wiki",
          .type = "document",
          .tier = contract::Tier::Memory};
}

TEST_CASE("a local result of one word comes behind what long-term memory has", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled({remembered("zebra", "Zebra outage of the uploads")});
  CHECK(Fixture::ids(fixture.ask("how did we handle the zebra outage of uploads")) ==
        "zebra docs retry ");
  const auto answer = fixture.ask("how did we retry failed uploads");
  CHECK(answer["results"][0]["id"] == "retry");
}

}  // namespace
}  // namespace lightfast::search
