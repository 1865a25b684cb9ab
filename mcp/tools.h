// What a client can call, as this room sees it: a definition and a call. Knows nothing of who does
// the work.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "mcp/message.h"

namespace lightfast::mcp {

// As in RFC 5424, the least serious first.
enum class LogLevel { Debug, Info, Notice, Warning, Error, Critical, Alert, Emergency };

// The level called `name`; nothing when there is none.
std::optional<LogLevel> log_level(std::string_view name);

// The client that waits for an answer, as those see it who work on it. Any thread.
class Caller {
 public:
  Caller() = default;
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  virtual ~Caller() = default;

  // How far the work is, `done` of `total` (0: not known), if the client asked to be told. `done`
  // grows from call to call.
  virtual void progress(double done, double total, const std::string& message) = 0;

  // A log message for the client, if it asked for such of this level.
  virtual void log(LogLevel level, const Json& data) = 0;

  // What the client says it can (ClientCapabilities); an object.
  [[nodiscard]] virtual const Json& capabilities() const = 0;

  // Asks the client and waits for its answer: legacy revisions alone, an error in the modern one,
  // where a result says what is `input_required` instead. In both a client that does not declare
  // that it can be asked this is not asked; that is an error, too.
  [[nodiscard]] virtual bool can_be_asked() const = 0;
  virtual std::expected<Json, ProtocolError> ask(const std::string& method, Json params) = 0;
};

// The client's answers when it calls again because a result asked for them (MRTR, modern).
struct ClientInput {
  Json responses = Json::object();  // by the keys of the requests
  std::string state = {};  // `requestState` as it was sent back: not to be trusted; empty: none
};

struct ToolCall {
  Json arguments;  // an object that passed the tool's check()
  std::stop_token
      cancelled;  // requested when nobody waits for the answer any more; a call ends soon after
  Caller& caller;
  ClientInput input = {};
};

// The answer to a call, in the words of the protocol.
struct ToolResult {
  Json content = Json::array();    // content blocks: text, image, audio, resource
  std::optional<Json> structured;  // structuredContent
  bool is_error = false;           // the call could not be done as asked; the content says why
  Json meta = nullptr;             // `_meta`: null or an object
  // Not an answer yet: what to ask the client before it calls again, `{inputRequests?,
  // requestState?}`. Modern revision alone.
  std::optional<Json> input_required = {};
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

  // `arguments` as call() is to have them, or, where they are refused, the answer. On the thread
  // that reads from the client, so quick.
  [[nodiscard]] virtual std::expected<Json, ToolResult> check(const Json& arguments) const {
    return arguments;
  }

  // Does the work. May take long and may run on several threads at once. An error is for what the
  // protocol has a code for; what the tool could not do is a result with `is_error`.
  [[nodiscard]] virtual std::expected<ToolResult, ProtocolError> call(
      const ToolCall& call) const = 0;
};

using Tools = std::vector<std::unique_ptr<Tool>>;

}  // namespace lightfast::mcp
