// One procedure of your own, served as MCP over stdio. Add it to a client like any other server, or
// try it by hand:
//
//   echo '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"lightfast_text_count",
//          "arguments":{"text":"three little words"}}}' | tr -d '\n' | one_tool
//
// What is written here is a declaration and a handler. The tool's name and definition, the check of
// what a client sends, the messages it gets when that is wrong, and every revision of the protocol
// come from contract/ and mcp/.
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "contract/catalog.h"
#include "mcp/contract_tools.h"
#include "mcp/serve.h"
#include "mcp/server.h"
#include "mcp/stdio_transport.h"

namespace {

using namespace lightfast;

// The declaration. The key names the procedure everywhere: `lightfast_text_count` is its tool.
// There is no presentation, so the output itself is what a client gets.
contract::Procedure text_count() {
  return {
      .key = {"text", "count"},
      .http_path = "/v1/text/count",
      .title = "Count words",
      .summary = "Count the words and bytes of a text",
      .description = "Counts the words (separated by white space) and the bytes of a text. Exact.",
      .input_schema = Json::parse(R"({
            "type": "object",
            "properties": {"text": {"type": "string", "x-maxBytes": 65536, "description": "The text to count."}},
            "required": ["text"],
            "additionalProperties": false})"),
      .output_schema = Json::parse(R"({
            "type": "object",
            "properties": {"words": {"type": "integer"}, "bytes": {"type": "integer"}},
            "required": ["words", "bytes"]})"),
      .annotations = {.read_only = true,
                      .destructive = false,
                      .idempotent = true,
                      .open_world = false},
      .scope = "context:read"};
}

// The handler. Its input has passed the schema above; it may be called on several threads at once.
Result<Json> count(const Json& input, const contract::CallContext& /*context*/) {
  const auto text = input["text"].get<std::string>();
  std::istringstream stream(text);
  const auto words = std::distance(std::istream_iterator<std::string>(stream), {});
  return Json{{"words", words}, {"bytes", text.size()}};
}

Result<void> run() {
  // stdout belongs to the protocol from here on.
  const auto transport = TRY(mcp::StdioTransport::take_over());
  const auto catalog = TRY(contract::Catalog::create({{text_count(), count}}));
  mcp::Server server({.name = "one-tool", .title = "One tool"},
                     {.tools = mcp::contract_tools(catalog)});
  return mcp::serve(server, *transport);
}

}  // namespace

int main() {
  const auto served = run();
  if (!served) std::cerr << "one_tool: " << served.error().message << '\n';
  return served ? 0 : 1;
}
