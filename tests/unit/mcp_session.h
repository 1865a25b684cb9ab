// What the tests of mcp/ share: tools that do as they are told, and a session whose answers can be
// waited for.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "mcp/server.h"
#include "mcp/session.h"

namespace lightfast::test {

// No test waits this long unless something hangs.
inline constexpr std::chrono::seconds kHangGuard{30};

class FunctionTool final : public mcp::Tool {
 public:
  using Body = std::function<mcp::ToolResult(const mcp::ToolCall&)>;
  FunctionTool(std::string name, Body body) : name_(std::move(name)), body_(std::move(body)) {}

  [[nodiscard]] Json definition() const override {
    return {{"name", name_}, {"inputSchema", {{"type", "object"}}}};
  }
  [[nodiscard]] std::expected<mcp::ToolResult, mcp::ProtocolError> call(
      const mcp::ToolCall& call) const override {
    return body_(call);
  }

 private:
  const std::string name_;
  const Body body_;
};

// A client that is told nothing and cannot be asked.
class SilentCaller final : public mcp::Caller {
 public:
  void progress(double /*done*/, double /*total*/, const std::string& /*message*/) override {}
  void log(mcp::LogLevel /*level*/, const Json& /*data*/) override {}
  [[nodiscard]] const Json& capabilities() const override { return capabilities_; }
  [[nodiscard]] bool can_be_asked() const override { return false; }
  std::expected<Json, mcp::ProtocolError> ask(const std::string& /*method*/,
                                              Json /*params*/) override {
    return std::unexpected(mcp::ProtocolError{});
  }

 private:
  const Json capabilities_ = Json::object();
};

// What `tool` answers to `arguments`, checked or called.
inline mcp::ToolResult answer_of(const mcp::Tool& tool, const Json& arguments,
                                 std::stop_token stop = {}) {
  const auto checked = tool.check(arguments);
  if (!checked) return checked.error();
  SilentCaller caller;
  const auto result = tool.call({*checked, std::move(stop), caller});
  REQUIRE(result.has_value());
  return *result;
}

inline mcp::ToolResult text_result(std::string text) {
  mcp::ToolResult result;
  result.content.push_back(mcp::text_block(std::move(text)));
  return result;
}

// A gate that opens once and stays open.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  // False when the gate stays shut.
  [[nodiscard]] bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kHangGuard, [this] { return is_open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_open_ = false;
};

// A tool called `wait` that returns when its call is cancelled, and says at two gates how far it
// is.
struct WaitingTool {
  Gate started, cancelled;

  [[nodiscard]] std::unique_ptr<mcp::Tool> tool() {
    return std::make_unique<FunctionTool>("wait", [this](const mcp::ToolCall& call) {
      Gate stopped;
      const std::stop_callback on_stop(call.cancelled, [&] { stopped.open(); });
      started.open();
      if (stopped.wait()) cancelled.open();
      return text_result("stopped");
    });
  }
};

inline std::unique_ptr<mcp::Tool> echo_tool() {
  return std::make_unique<FunctionTool>(
      "echo", [](const mcp::ToolCall& call) { return text_result(call.arguments.dump()); });
}

template <class... Tool>
mcp::Tools tools_of(Tool... tool) {
  mcp::Tools tools;
  (tools.push_back(std::move(tool)), ...);
  return tools;
}

// The lines a session sends, in order. Safe on any thread.
class Sent {
 public:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  // The next line, waiting for it.
  Json take() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_for(lock, kHangGuard, [this] { return !lines_.empty(); }));
    const std::string line = std::move(lines_.front());
    lines_.pop_front();
    return Json::parse(line);
  }
  std::deque<std::string> take_all() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lines_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
};

// A server with `tools` and one session with it.
struct Conversation {
  explicit Conversation(mcp::Tools tools, mcp::WorkerLimits workers = {})
      : server({.workers = workers}, {.tools = std::move(tools)}) {}
  explicit Conversation(mcp::Offer offer) : server({}, std::move(offer)) {}

  // The answer to `line`, the next line sent.
  Json ask(const std::string& line) {
    session.receive(line);
    return sent.take();
  }

  Sent sent;
  mcp::Server server;
  mcp::Session session{server, [this](std::string line) { sent.add(std::move(line)); }};
};

inline std::string call_line(const std::string& id, const std::string& tool) {
  return R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call","params":{"name":")" + tool +
         R"("}})";
}

inline std::string cancel_line(const std::string& id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
         "}}";
}

}  // namespace lightfast::test
