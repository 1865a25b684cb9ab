// What a client can call, as this room sees it: a definition and a call. Knows nothing of who does
// the work.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace lightfast::mcp {

struct ToolCall {
  Json arguments;  // an object, not yet checked against the tool's schema
  std::stop_token
      cancelled;  // requested when nobody waits for the answer any more; a call ends soon after
};

// The answer to a call, in the words of the protocol.
struct ToolResult {
  Json content = Json::array();    // content blocks: text, image, audio, resource
  std::optional<Json> structured;  // structuredContent
  bool is_error = false;           // the call could not be done as asked; the content says why
  Json meta = nullptr;             // `_meta`: null or an object
};

// A text content block.
Json text_block(std::string text);

class Tool {
 public:
  Tool() = default;
  Tool(const Tool&) = delete;
  Tool& operator=(const Tool&) = delete;
  virtual ~Tool() = default;

  // The tool as tools/list shows it, at least `name` and `inputSchema`. The same at every call.
  [[nodiscard]] virtual Json definition() const = 0;

  // Does the work. May take long and may run on several threads at once.
  [[nodiscard]] virtual ToolResult call(const ToolCall& call) const = 0;
};

using Tools = std::vector<std::unique_ptr<Tool>>;

}  // namespace lightfast::mcp
