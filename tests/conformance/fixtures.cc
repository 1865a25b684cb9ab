#include "tests/conformance/fixtures.h"

#include <string_view>
#include <utility>

#include "base/base64.h"

namespace lightfast::conformance {
namespace {

class TableTool final : public mcp::Tool {
 public:
  explicit TableTool(ToolFixture fixture) : fixture_(std::move(fixture)) {}

  [[nodiscard]] Json definition() const override {
    return {{"name", fixture_.name},
            {"description", fixture_.description},
            {"inputSchema", fixture_.schema}};
  }
  [[nodiscard]] CallAnswer call(const mcp::ToolCall& call) const override {
    return fixture_.call(call);
  }

 private:
  const ToolFixture fixture_;
};

}  // namespace

mcp::ToolResult result_of(Json content) {
  mcp::ToolResult result;
  result.content = std::move(content);
  return result;
}

mcp::ToolResult text_result(const std::string& text) {
  return result_of(Json::array({mcp::text_block(text)}));
}

std::string png() {
  return "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5Er"
         "kJg"
         "gg==";
}

// RIFF header, a format of one channel of 8 bits at 8 kHz, one sample.
std::string wav() {
  using namespace std::string_view_literals;
  return base64(
      "RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\x01\0\0\0\x80\0"sv);
}

mcp::Offer make_offer(const std::function<void(mcp::Changed what)>& announce) {
  mcp::Offer offer{.tools = {},
                   .resources = make_resources(),
                   .prompts = make_prompts(),
                   .logs = true,
                   .tools_change = true,
                   .prompts_change = true};
  for (auto& table :
       {content_tools(), telling_tools(announce), asking_tools(), interview_tools()}) {
    for (const auto& fixture : table) offer.tools.push_back(std::make_unique<TableTool>(fixture));
  }
  return offer;
}

}  // namespace lightfast::conformance
