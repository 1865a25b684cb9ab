#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "graph_calls.h"
#include "store_events.h"
#include "tools/graph/cursor.h"
#include "tools/graph/times.h"

namespace lightfast::graph {
namespace {

using store::Event;
using store::Relation;
using store::test::event;
using test::GraphStore;
using test::ids_in;
using Ids = std::vector<std::string>;

std::string at(int second) { return moment_text(Moment(std::chrono::seconds(second))); }

// Every page of a list, and how many there were.
Ids all_pages(GraphStore& made, Json input, int* pages = nullptr) {
  Ids ids;
  for (int page = 1;; ++page) {
    REQUIRE(page < 1000);
    const auto answer = made.answer("graph.query", input);
    for (const auto& id : ids_in(answer["entities"])) ids.push_back(id);
    if (pages != nullptr) *pages = page;
    if (answer["nextCursor"].is_null()) return ids;
    input["cursor"] = answer["nextCursor"];
  }
}

TEST_CASE("entities are as they were at a time", "[graph]") {
  GraphStore made;
  made.add(
      {event("a", 10, "pr:1", {{"state", "open"}}), event("b", 30, "pr:1", {{"state", "merged"}})});
  made.add({event("c", 20, "pr:1", {{"title", "late"}})});
  const auto [second, properties] = GENERATE(table<int, std::string>({
      {10, R"({"state":"open"})"},
      {19, R"({"state":"open"})"},
      {20, R"({"state":"open","title":"late"})"},
      {30, R"({"state":"merged","title":"late"})"},
  }));
  const auto answer = made.answer("graph.query", {{"type", "pr"}, {"at", at(second)}});
  REQUIRE(answer["entities"].size() == 1);
  const auto& entity = answer["entities"][0];
  CHECK(entity["properties"].dump() == properties);
  CHECK(entity["validTo"] == (second == 30 ? Json() : Json(at(second == 20 ? 30 : 20))));
  CHECK(answer["nextCursor"].is_null());
  CHECK(made.answer("graph.query", {{"type", "pr"}, {"at", at(9)}})["entities"].empty());
}

TEST_CASE("a list at any time is what the events say", "[graph]") {
  const auto seed = GENERATE(range(1U, 12U));
  const auto events = store::test::random_events(seed, 60);
  GraphStore made;
  for (const auto& each : events) made.add({each});
  for (int second = 0; second < 13; ++second) {
    std::map<std::string, bool> wanted;
    for (const auto& each : events) {
      if (each.occurred_at > Moment(std::chrono::seconds(second))) continue;
      wanted[each.subject] = true;
      for (const auto& relation : each.relations) wanted[relation.entity] = true;
    }
    const auto ids = all_pages(made, {{"type", "thing"}, {"at", at(second)}, {"limit", 2}});
    CHECK(ids.size() == wanted.size());
    for (const auto& id : ids) CHECK(wanted.contains(id));
  }
}

TEST_CASE("conditions compare values, and null stands for absent", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "pr:1", {{"n", 1}, {"draft", false}, {"s", "a\"b\xC3\xBC"}}),
            event("b", 2, "pr:2", {{"n", 2.5}, {"draft", true}, {"s", nullptr}}),
            event("c", 3, "pr:3", {{"in", {{"n", 1}, {"draft", false}}}, {"s", "x"}})});
  const auto [where, ids] = GENERATE(table<std::string, Ids>({
      {R"({"n":1})", {"pr:1"}},
      {R"({"n":1.0})", {"pr:1"}},
      {R"({"n":2.5})", {"pr:2"}},
      {R"({"n":"1"})", {}},
      {R"({"draft":false})", {"pr:1"}},
      {R"({"draft":null})", {"pr:3"}},
      {R"({"s":"a\"bü"})", {"pr:1"}},
      {R"({"s":null})", {"pr:2"}},
      {R"({"s":"x","n":null})", {"pr:3"}},
      {R"({"s":"x","n":1})", {}},
      {R"({"' OR 1=1 --":"x"})", {}},
      {R"({})", {"pr:3", "pr:2", "pr:1"}},
  }));
  INFO(where);
  CHECK(ids_in(made.answer("graph.query",
                           {{"type", "pr"}, {"where", Json::parse(where)}})["entities"]) == ids);
}

TEST_CASE("since leaves what has been so for longer", "[graph]") {
  GraphStore made;
  made.add({event("a", 0, "pr:1", {{"n", 1}}), event("b", 3600, "pr:2", {{"n", 1}}),
            event("c", 7200, "pr:1", {{"n", 2}})});
  const auto ids = [&](const Json& since, int second) {
    return ids_in(made.answer("graph.query",
                              {{"type", "pr"}, {"since", since}, {"at", at(second)}})["entities"]);
  };
  CHECK(ids("1h", 7200) == Ids{"pr:1", "pr:2"});
  CHECK(ids("59m", 7200) == Ids{"pr:1"});
  CHECK(ids(at(3600), 7200) == Ids{"pr:1", "pr:2"});
  CHECK(ids(at(3601), 5000).empty());
  for (const char* bad :
       {"", "h", "24", "-1h", "1 h", "yesterday", "99999999999999999999h", "100001w"}) {
    const auto problem = made.problem("graph.query", {{"type", "pr"}, {"since", bad}});
    CHECK(problem.kind == ErrorKind::InvalidArgument);
    CHECK(problem.field == "since");
  }
  CHECK(made.problem("graph.query", {{"type", "pr"}, {"at", "noon"}}).field == "at");
}

TEST_CASE("edges are shown in both directions, as they were then", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "pr:1", {}, {{"person:mia", "authored_by"}, {"label:wip", "labeled"}}),
            event("b", 5, "pr:1", {}, {{"label:wip", "labeled", true}}),
            event("c", 2, "deployment:1", {}, {{"pr:1", "deploys"}})});
  const auto edges = [&](int second) {
    return made
        .answer("graph.query",
                {{"type", "pr"},
                 {"at", at(second)},
                 {"include", Json::array({"labeled", "deploys"})}})["entities"][0]["edges"]
        .dump();
  };
  CHECK(
      edges(3) ==
      R"([{"type":"labeled","entity":"label:wip","direction":"out","validFrom":"1970-01-01T00:00:01Z","validTo":"1970-01-01T00:00:05Z"},)"
      R"({"type":"deploys","entity":"deployment:1","direction":"in","validFrom":"1970-01-01T00:00:02Z","validTo":null}])");
  CHECK(edges(1).find("deploys") == std::string::npos);
  CHECK(edges(5).find("wip") == std::string::npos);
}

TEST_CASE("pages hold each entity once, whatever is written meanwhile", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i)
    events.push_back(event(fmt::format("e{}", i), i / 7, fmt::format("pr:{:03}", i), {{"n", i}}));
  made.add(events);
  std::atomic<bool> stops = false;
  std::jthread writer([&] {
    for (int i = 0; !stops; ++i)
      made.add({event(fmt::format("w{}", i), 2'000'000'000 + i, fmt::format("pr:{:03}", i % 400),
                      {{"w", i}})});
  });
  int pages = 0;
  auto ids = all_pages(made, {{"type", "pr"}, {"at", at(1000)}, {"limit", 7}}, &pages);
  stops = true;
  CHECK(pages >= 43);
  CHECK(ids.size() == 300);
  std::ranges::sort(ids);
  CHECK(std::ranges::adjacent_find(ids) == ids.end());
}

TEST_CASE("a list without a time keeps the one of its first page", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "pr:1", {{"n", 1}}), event("b", 2, "pr:2", {{"n", 1}})});
  const auto first = made.answer("graph.query", {{"type", "pr"}, {"limit", 1}});
  CHECK(ids_in(first["entities"]) == Ids{"pr:2"});
  auto later = event("c", 0, "pr:1", {{"n", 2}});
  later.occurred_at =
      std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) +
      std::chrono::hours(1);
  made.add({later});
  const auto second =
      made.answer("graph.query", {{"type", "pr"}, {"limit", 1}, {"cursor", first["nextCursor"]}});
  CHECK(ids_in(second["entities"]) == Ids{"pr:1"});
  CHECK(second["entities"][0]["properties"]["n"] == 1);
  CHECK(second["nextCursor"].is_null());
  CHECK(made.answer("graph.query", {{"type", "pr"}})["entities"][0]["properties"]["n"] == 2);
}

TEST_CASE("a cursor that is damaged or of another query is refused", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "pr:1"), event("b", 2, "pr:2"), event("c", 2, "issue:2")});
  const std::string good = made.answer("graph.query", {{"type", "pr"}, {"limit", 1}})["nextCursor"];
  for (const std::string& bad :
       {std::string("x"), std::string(), good + "A", good.substr(1), std::string("!!")}) {
    const auto problem = made.problem("graph.query", {{"type", "pr"}, {"cursor", bad}});
    CHECK(problem.kind == ErrorKind::InvalidArgument);
    CHECK(problem.field == "cursor");
  }
  CHECK(made.problem("graph.query", {{"type", "issue"}, {"cursor", good}}).field == "cursor");
  CHECK(made.problem("graph.query", {{"type", "pr"}, {"where", {{"n", 1}}}, {"cursor", good}})
            .field == "cursor");
}

TEST_CASE("a cursor reads as it was written", "[graph]") {
  const Cursor cursor{
      .query = ~0ULL, .at = 5, .since = -62'135'596'800'000, .behind = {7, "pr: \xFF 1"}};
  CHECK(parse_cursor(cursor_text(cursor)) == cursor);
}

TEST_CASE("an unknown type is answered with those there are", "[graph]") {
  GraphStore made;
  made.add({event("a", 1, "pr:1"), event("b", 2, "deployment:2")});
  const auto answer = made.answer("graph.query", {{"type", "nope"}});
  CHECK(answer["entities"].empty());
  CHECK(answer["knownTypes"] == Json{"deployment", "pr"});
  CHECK(ids_in(made.answer("graph.query", {{"type", "PRs"}})["entities"]) == Ids{"pr:1"});
  CHECK_FALSE(
      made.answer("graph.query", {{"type", "pr"}, {"where", {{"a", 1}}}}).contains("knownTypes"));
}

TEST_CASE("a usual answer is short, however long properties are", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  for (int i = 0; i < 60; ++i) {
    events.push_back(event(fmt::format("e{}", i), i, fmt::format("pr:{}", i),
                           {{"title", "t"},
                            {"description", std::string(20'000, 'x')},
                            {"list", std::vector<int>(500, 1)}}));
  }
  made.add(events);
  const auto answer = made.answer("graph.query", {{"type", "pr"}});
  CHECK(answer.dump().size() < 16'384);
  CHECK(answer["entities"][0]["cut"] == 2);
  CHECK(answer["entities"][0]["properties"]["title"] == "t");
  CHECK_FALSE(answer["nextCursor"].is_null());
  CHECK(all_pages(made, {{"type", "pr"}}).size() == 60);
}

TEST_CASE("a long look ends early, says so, and goes on", "[graph]") {
  GraphStore made;
  std::vector<Event> events;
  for (int i = 0; i < 12'000; ++i)
    events.push_back(event(fmt::format("e{}", i), i, fmt::format("pr:{}", i), {{"n", i}}));
  made.add(events);
  const Json input = {{"type", "pr"}, {"where", {{"n", 5}}}};
  const auto first = made.answer("graph.query", input);
  CHECK(first["partial"] == true);
  CHECK(first["entities"].empty());
  CHECK(all_pages(made, input) == Ids{"pr:5"});
}

}  // namespace
}  // namespace lightfast::graph
