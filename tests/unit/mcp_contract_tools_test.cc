#include <catch2/catch.hpp>

#include "mcp/contract_tools.h"
#include "tests/unit/mcp_catalog.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

TEST_CASE("a procedure shown as text answers its texts and no structured content") {
  const auto catalog = test::small_catalog();
  const Tools tools = contract_tools(catalog);
  const Json definition = tools.at(0)->definition();
  CHECK(definition["name"] == "lightfast_shout");
  CHECK(definition["_meta"]["anthropic/alwaysLoad"] == true);
  CHECK_FALSE(definition.contains("outputSchema"));
  const ToolResult result = test::answer_of(*tools[0], {{"text", "hi"}});
  CHECK(result.content.dump() ==
        R"([{"type":"text","text":"hi!"},{"type":"text","text":"[exit 0]"}])");
  CHECK_FALSE(result.structured.has_value());
  CHECK(result.meta.dump() == R"({"lightfast/result":{"exitCode":0}})");
  CHECK_FALSE(result.is_error);
  CHECK(test::answer_of(*tools[0], {{"text", ""}}).is_error);
}

TEST_CASE("a structured procedure answers the same JSON twice") {
  const auto catalog = test::small_catalog();
  const Tools tools = contract_tools(catalog);
  const Json definition = tools.at(1)->definition();
  CHECK(definition["name"] == "lightfast_graph_sum");
  CHECK(definition["outputSchema"].dump() ==
        R"({"type":"object","properties":{"sum":{"type":"integer"}}})");
  CHECK_FALSE(definition.contains("_meta"));
  const ToolResult result = test::answer_of(*tools[1], {{"a", 1}, {"b", 2}});
  CHECK(result.structured->dump() == R"({"sum":3})");
  CHECK(result.content[0]["text"] == R"({"sum":3})");
}

TEST_CASE("what the contract refuses or cannot do is a result that says so") {
  const auto catalog = test::small_catalog();
  const Tools tools = contract_tools(catalog);
  for (const Json& arguments : {Json{{"a", 1}}, Json{{"a", "x"}, {"b", 2}},
                                Json{{"a", 1}, {"b", 2}, {"c", 3}}, Json{{"a", -1}, {"b", 2}}}) {
    INFO(arguments.dump());
    const ToolResult result = test::answer_of(*tools.at(1), arguments);
    CHECK(result.is_error);
    CHECK_FALSE(result.structured.has_value());
    CHECK(result.content.size() == 1);
    CHECK_FALSE(result.content[0]["text"].get<std::string>().empty());
  }
}

TEST_CASE("a handler is told of the caller's organisation and of cancellation") {
  contract::CallContext seen;
  auto bound = test::shout_procedure();
  bound.handler = [&](const Json&, const contract::CallContext& context) -> Result<Json> {
    seen = context;
    return Json{{"text", "x"}};
  };
  const auto catalog = contract::Catalog::create({bound});
  REQUIRE(catalog.has_value());
  std::stop_source stop;
  const Tools tools = contract_tools(*catalog, {"acme"});
  (void)test::answer_of(*tools.at(0), {{"text", "x"}}, stop.get_token());
  stop.request_stop();
  CHECK(seen.org.value == "acme");
  CHECK(seen.request.value.size() == 36);
  CHECK(seen.cancelled.stop_requested());
}

}  // namespace
}  // namespace lightfast::mcp
