// Tools that say something before they answer: progress, log messages, changed lists.
#include <array>
#include <chrono>
#include <thread>

#include "tests/conformance/fixtures.h"

namespace lightfast::conformance {
namespace {

// The suite wants to see what is told come one by one.
constexpr std::chrono::milliseconds kStep{50};

CallAnswer tell_progress(const mcp::ToolCall& call) {
  constexpr double kWhole = 100;
  for (const double done : {0.0, kWhole / 2, kWhole}) {
    if (done > 0) std::this_thread::sleep_for(kStep);
    call.caller.progress(done, kWhole, "");
  }
  return text_result("Three steps were told.");
}

CallAnswer log(const mcp::ToolCall& call) {
  constexpr std::array kMessages = {"Tool execution started", "Tool processing data",
                                    "Tool execution completed"};
  for (const char* message : kMessages) {
    if (message != kMessages.front()) std::this_thread::sleep_for(kStep);
    call.caller.log(mcp::LogLevel::Info, message);
  }
  return text_result("Three messages were logged.");
}

ToolFixture trigger(const char* name, const char* description, mcp::Changed what,
                    const std::function<void(mcp::Changed what)>& announce) {
  return {.name = name,
          .description = description,
          .call = [what, announce](const mcp::ToolCall&) -> CallAnswer {
            announce(what);
            return text_result("The change was announced.");
          }};
}

}  // namespace

std::vector<ToolFixture> telling_tools(const std::function<void(mcp::Changed what)>& announce) {
  return {
      {.name = "test_tool_with_progress",
       .description = "Tells its progress in three steps.",
       .call = tell_progress},
      {.name = "test_tool_with_logging", .description = "Logs three messages.", .call = log},
      {.name = "test_logging_tool",
       .description = "Logs three messages, if the request says from which level on.",
       .call = log},
      trigger("test_trigger_tool_change", "Announces another list of tools.",
              mcp::Changed::ToolList, announce),
      trigger("test_trigger_prompt_change", "Announces another list of prompts.",
              mcp::Changed::PromptList, announce),
  };
}

}  // namespace lightfast::conformance
