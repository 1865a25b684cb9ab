#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "graph_calls.h"
#include "tools/store/graph.h"

namespace lightfast::graph {
namespace {

using store::test::event;
using test::GraphStore;
using test::ids_in;
using test::links_in;
using Ids = std::vector<std::string>;
using Links = std::set<std::string>;

store::Relation to(const std::string& entity) { return {.entity = entity, .type = "references"}; }

// #7 is a pull request, which its number alone does not tell; #8 is an issue; of #9 nothing is
// known.
void fill(GraphStore& graph) {
  graph.add(
      {event("a", 1, "pr:o/r#7", {{"state", "open"}}),
       event("b", 2, "issue:o/r#8", {{"state", "open"}}),
       event("c", 3, "pr:o/r#10", {}, {to("issue:o/r#7"), to("issue:o/r#8"), to("issue:o/r#9")}),
       event("d", 4, "issue:o/r#8", {}, {to("pr:o/r#7")})});
}

TEST_CASE("a pull request that is named by its number is found by it", "[graph]") {
  GraphStore graph;
  fill(graph);
  const auto links = Links{"pr:o/r#10 references pr:o/r#7", "issue:o/r#8 references pr:o/r#7"};
  for (const auto* const start : {"pr:o/r#7", "issue:o/r#7", "#7"}) {
    INFO(start);
    const auto answer =
        graph.answer("graph.traverse", {{"start", start}, {"depth", 1}, {"direction", "in"}});
    CHECK(links_in(answer["edges"]) == links);
    CHECK(ids_in(answer["nodes"])[0] == "pr:o/r#7");
    CHECK(graph.answer("related", {{"id", start}})["root"] == "pr:o/r#7");
    CHECK(graph.answer("contents", {{"ids", {start}}})["items"][0]["id"] == "pr:o/r#7");
  }
}

TEST_CASE("what points at a number points at the pull request, and issues stay issues", "[graph]") {
  GraphStore graph;
  fill(graph);
  const auto out =
      graph.answer("graph.traverse", {{"start", "pr:o/r#10"}, {"depth", 1}, {"direction", "out"}});
  CHECK(links_in(out["edges"]) == Links{"pr:o/r#10 references pr:o/r#7",
                                        "pr:o/r#10 references issue:o/r#8",
                                        "pr:o/r#10 references issue:o/r#9"});
  CHECK(ids_in(graph.answer("graph.query", {{"type", "issue"}})["entities"]) ==
        Ids{"issue:o/r#9", "issue:o/r#8"});
}

TEST_CASE("a node that was not there yet is of no time", "[graph]") {
  GraphStore graph;
  graph.add({event("a", 20, "pr:o/r#7", {{"state", "open"}}),
             event("b", 10, "pr:o/r#10", {{"state", "open"}}, {to("issue:o/r#7")})});
  const auto answer = graph.answer(
      "graph.traverse", {{"start", "pr:o/r#10"}, {"depth", 1}, {"at", "1970-01-01T00:00:15Z"}});
  REQUIRE(ids_in(answer["nodes"]) == Ids{"pr:o/r#10", "pr:o/r#7"});
  CHECK(answer["nodes"][0]["validFrom"] == "1970-01-01T00:00:10Z");
  CHECK(answer["nodes"][1]["validFrom"].is_null());
  CHECK(answer["nodes"][1]["properties"].empty());
}

TEST_CASE("an issue of the same number is no other name of a pull request's", "[graph]") {
  GraphStore graph;
  graph.add({event("a", 1, "pr:o/r#7"), event("b", 2, "issue:o/r#7"),
             event("c", 3, "pr:o/r#10", {}, {to("issue:o/r#7")})});
  CHECK(links_in(graph.answer("graph.traverse", {{"start", "pr:o/r#7"}})["edges"]).empty());
  CHECK(graph.problem("related", {{"id", "#7"}}).kind == ErrorKind::InvalidArgument);
  CHECK(ids_in(graph.answer("graph.query", {{"type", "issue"}})["entities"]) == Ids{"issue:o/r#7"});
}

TEST_CASE("one that is named in both ways is there once, up to the most of a type", "[graph]") {
  GraphStore graph;
  std::vector<store::Event> events = {event("a", 1, "pr:o/r#7")};
  for (int i = 0; i < 20; ++i) {
    const auto id = std::to_string(i);
    events.push_back(
        event("e" + id, 10 + i, "doc:" + id, {}, {to(i % 2 == 0 ? "issue:o/r#7" : "pr:o/r#7")}));
    events.push_back(
        event("f" + id, 40 + i, "both:" + id, {}, {to("issue:o/r#7"), to("pr:o/r#7")}));
  }
  graph.add(events);
  const auto reader = graph.readers().take();
  REQUIRE(reader);
  store::RowBudget budget{1'000};
  const auto into = [&](std::size_t most) {
    return store::edges_at(**reader,
                           {.entity = "pr:o/r#7", .direction = store::Direction::In, .most = most},
                           "", budget)
        .value();
  };
  const auto all = into(100);
  CHECK(all.is_all);
  CHECK(all.edges.size() == 40);
  CHECK(std::ranges::is_sorted(all.edges, std::ranges::greater(), &store::EdgeVersion::from));
  const auto some = into(10);
  CHECK(!some.is_all);
  CHECK(some.edges.size() == 10);
  CHECK(some.edges.front().source == "both:19");
  const auto out = store::edges_at(**reader, {.entity = "both:3"}, "references", budget).value();
  CHECK(out.edges.size() == 1);
}

}  // namespace
}  // namespace lightfast::graph
