// What the conformance suite of the protocol expects to find at a server: tools, resources and
// prompts of given names (`@modelcontextprotocol/conformance`, "Server Implementation
// Requirements" of each scenario). Made of the interfaces of mcp/ alone.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "mcp/changes.h"
#include "mcp/resources.h"
#include "mcp/server.h"
#include "mcp/tools.h"

namespace lightfast::conformance {

using CallAnswer = std::expected<mcp::ToolResult, mcp::ProtocolError>;

// One tool of a table. `call` as Tool::call().
struct ToolFixture {
  std::string name, description;
  std::function<CallAnswer(const mcp::ToolCall& call)> call;
  Json schema = {{"type", "object"}};
};

// Results without an exchange, progress or log messages.
std::vector<ToolFixture> content_tools();
// Tools that tell of their work, and that announce changes by `announce`.
std::vector<ToolFixture> telling_tools(const std::function<void(mcp::Changed what)>& announce);
// Tools that ask a legacy client while they work.
std::vector<ToolFixture> asking_tools();
// Tools that a modern client calls again with what they asked for.
std::vector<ToolFixture> interview_tools();

std::unique_ptr<mcp::Resources> make_resources();
mcp::Prompts make_prompts();

// All of it.
mcp::Offer make_offer(const std::function<void(mcp::Changed what)>& announce);

// A result of content blocks; of one text.
mcp::ToolResult result_of(Json content);
mcp::ToolResult text_result(const std::string& text);

// An image/png of one pixel, and an audio/wav of silence, as base64.
std::string png();
std::string wav();

}  // namespace lightfast::conformance
