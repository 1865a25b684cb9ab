// Whatever a modern client says in headers and body, the two are compared without harm, and a
// value decodes to what encodes to it.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "mcp/http_headers.h"

namespace {

using namespace lightfast;

class RoutedTool final : public mcp::Tool {
 public:
  [[nodiscard]] Json definition() const override {
    return {{"name", "t"},
            {"inputSchema",
             {{"type", "object"},
              {"properties", {{"a", {{"x-mcp-header", "A"}}}, {"b", {{"x-mcp-header", "B"}}}}}}}};
  }
  [[nodiscard]] std::expected<mcp::ToolResult, mcp::ProtocolError> call(
      const mcp::ToolCall& /*call*/) const override {
    return mcp::ToolResult{};
  }
};

const mcp::Server& server() {
  static const mcp::Server kServer({}, [] {
    mcp::Offer offer;
    offer.tools.push_back(std::make_unique<RoutedTool>());
    return offer;
  }());
  return kServer;
}

}  // namespace

// The first line is a header's value, the rest the arguments.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.substr(0, text.find('\n'));
  const auto rest = text.substr(std::min(text.size(), line.size() + 1));
  const auto decoded = mcp::decoded_value(line);
  if (decoded && *decoded != line) assert(line == "=?base64?" + base64(*decoded) + "?=");
  if (!why_not_parsed(rest, mcp::kMaxNesting).empty()) return 0;
  const Json arguments = Json::parse(rest, nullptr, false);
  if (arguments.is_discarded()) return 0;
  const mcp::Request request{{"1"},
                             "tools/call",
                             {{"name", "t"},
                              {"arguments", arguments},
                              {"_meta", {{"io.modelcontextprotocol/protocolVersion", "v"}}}}};
  const http::Headers headers{{"MCP-Protocol-Version", "v"},
                              {"Mcp-Method", "tools/call"},
                              {"Mcp-Name", "t"},
                              {"Mcp-Param-A", std::string(line)}};
  const auto fault = mcp::header_mismatch(headers, request, server());
  if (fault) assert(fault->code == mcp::ErrorCode::HeaderMismatch);
  return 0;
}
