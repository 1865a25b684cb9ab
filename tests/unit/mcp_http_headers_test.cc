#include <string>

#include <catch2/catch.hpp>

#include "mcp/http_headers.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

// A tool with arguments that are said in headers, too.
class RoutedTool final : public Tool {
 public:
  [[nodiscard]] Json definition() const override {
    return Json::parse(R"({"name": "routed", "inputSchema": {"type": "object", "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "limit": {"type": "integer", "x-mcp-header": "Limit"},
        "dry": {"type": "boolean", "x-mcp-header": "Dry"},
        "in": {"type": "object", "properties": {"deep": {"type": "string", "x-mcp-header": "Deep"}}},
        "plain": {"type": "string"}}}})");
  }
  [[nodiscard]] std::expected<ToolResult, ProtocolError> call(
      const ToolCall& /*call*/) const override {
    return ToolResult{};
  }
};

struct Given {
  const char* arguments;
  http::Headers headers;
  bool fits;
};

TEST_CASE("arguments that their schema has said in headers must be, and the same") {
  const auto given = GENERATE(values<Given>({
      {R"({})", {}, true},
      {R"({"plain": "x"})", {}, true},
      {R"({"region": "eu"})", {{"Mcp-Param-Region", "eu"}}, true},
      {R"({"region": "eu"})", {{"mcp-param-region", "  eu"}}, false},
      {R"({"region": "eu"})", {{"Mcp-Param-Region", "=?base64?ZXU=?="}}, true},
      {R"({"region": "eu"})", {{"Mcp-Param-Region", "=?base64?ZXU?="}}, false},
      {R"({"region": "eu"})", {{"Mcp-Param-Region", "EU"}}, false},
      {R"({"region": "eu"})", {}, false},
      {R"({})", {{"Mcp-Param-Region", "eu"}}, false},
      {R"({"region": null})", {}, true},
      {R"({"limit": 5})", {{"Mcp-Param-Limit", "5"}}, true},
      {R"({"limit": 5})", {{"Mcp-Param-Limit", "5.0"}}, true},
      {R"({"limit": 5})", {{"Mcp-Param-Limit", "6"}}, false},
      {R"({"limit": 5})", {{"Mcp-Param-Limit", "five"}}, false},
      {R"({"dry": true})", {{"Mcp-Param-Dry", "true"}}, true},
      {R"({"dry": true})", {{"Mcp-Param-Dry", "1"}}, false},
      {R"({"in": {"deep": "x"}})", {{"Mcp-Param-Deep", "x"}}, true},
      {R"({"in": {"deep": "x"}})", {}, false},
  }));
  INFO(given.arguments);
  const Server server({}, {.tools = test::tools_of(std::unique_ptr<Tool>(new RoutedTool))});
  const Request request{{"1"},
                        "tools/call",
                        {{"name", "routed"},
                         {"arguments", Json::parse(given.arguments)},
                         {"_meta", {{"io.modelcontextprotocol/protocolVersion", "2026-07-28"}}}}};
  auto headers = given.headers;
  headers.add("MCP-Protocol-Version", "2026-07-28");
  headers.add("Mcp-Method", "tools/call");
  headers.add("Mcp-Name", "routed");
  const auto fault = header_mismatch(headers, request, server);
  CHECK(fault.has_value() != given.fits);
  if (fault) CHECK(fault->code == ErrorCode::HeaderMismatch);
}

}  // namespace
}  // namespace lightfast::mcp
