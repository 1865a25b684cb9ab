#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/catalog.h"
#include "contract/graph.h"
#include "contract/graph_formats.h"
#include "contract/graph_view.h"
#include "golden.h"

namespace lightfast::contract {
namespace {

std::vector<Procedure> all() {
  return {contents_procedure(), related_procedure(), graph_query_procedure(),
          graph_traverse_procedure()};
}

TEST_CASE("the declarations of the graph are the golden ones") {
  Json declared = Json::object();
  for (const auto& each : all()) {
    CHECK(each.description.size() < 700);
    CHECK(each.annotations ==
          Annotations{
              .read_only = true, .destructive = false, .idempotent = true, .open_world = false});
    declared[each.name(".")] = {{"route", each.http_method + " " + each.http_path},
                                {"title", each.title},
                                {"summary", each.summary},
                                {"description", each.description},
                                {"scope", each.scope},
                                {"positional", each.positional},
                                {"inputSchema", each.input_schema},
                                {"outputSchema", each.output_schema}};
  }
  test::check_golden("graph_procedures.json", declared.dump(2) + "\n");
}

// Ids and titles that would end a label, begin markup or another line.
const Json kHostile = Json::parse(R"({"nodes": [
  {"id": "pr:a\"]; end", "title": "x\\\" -> y\nsubgraph <script>"},
  {"id": "n1", "properties": {"title": "#quot; `code` *b*"}},
  {"id": "click n0 \"javascript:\"", "title": null}],
  "edges": [{"source": "n1", "type": "a|\"b\"", "target": "pr:a\"]; end", "validFrom": "2026-01-01T00:00:00Z", "validTo": null},
            {"source": "n1", "type": "gone", "target": "elsewhere"}],
  "truncated": true})");

TEST_CASE("a graph is drawn by Graphviz whatever its labels hold") {
  CHECK(graph_as_dot(kHostile) ==
        R"(digraph lightfast {
  node [shape=box];
  n0 [label="pr:a\"]; end\nx\\\" -> y subgraph <script>"];
  n1 [label="n1\n#quot; `code` *b*"];
  n2 [label="click n0 \"javascript:\""];
  n1 -> n0 [label="a|\"b\""];
}
)");
}

TEST_CASE("a graph is drawn by Mermaid whatever its labels hold") {
  CHECK(graph_as_mermaid(kHostile) ==
        R"(flowchart LR
  n0["pr:a#34;#93;#59; end<br/>x#92;#34; -#62; y subgraph #60;script#62;"]
  n1["n1<br/>#35;quot#59; #96;code#96; #42;b#42;"]
  n2["click n0 #34;javascript:#34;"]
  n1 -->|"a#124;#34;b#34;"| n0
)");
}

TEST_CASE("a graph is printed line by line") {
  std::ostringstream out, err;
  CHECK(graph_for_terminal(kHostile, out, err) == 0);
  CHECK_THAT(out.str(),
             Catch::Contains("n1 --a|\"b\"-> pr:a\"]; end  since 2026-01-01T00:00:00Z\n"));
  CHECK_THAT(err.str(), Catch::Contains("truncated"));
}

TEST_CASE("contents that are missing are an exit code of 1") {
  std::ostringstream out, err;
  const auto output =
      Json::parse(R"({"items": [{"id": "e1", "type": "a.b", "title": "T", "content": "one\ntwo",
    "metadata": {}, "cut": "bytes 0 to 7 of 9", "url": null, "occurredAt": null}], "missing": ["x"]})");
  CHECK(contents_for_terminal(output, out, err) == 1);
  CHECK(out.str() == "== e1  a.b\nT\n{}\n\none\ntwo\n[bytes 0 to 7 of 9]\n");
  CHECK(err.str() == "[there is no x]\n");
}

}  // namespace
}  // namespace lightfast::contract
