#include <thread>

#include <catch2/catch.hpp>

#include "mcp/line_buffer.h"
#include "mcp/memory_transport.h"
#include "mcp/serve.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::call_line;
using test::echo_tool;
using test::FunctionTool;
using test::kHangGuard;
using test::tools_of;
using test::WaitingTool;

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":"ping","method":"ping"})";

std::vector<std::string> answers_of(MemoryTransport& transport) {
  std::vector<std::string> answers;
  while (auto line = transport.take()) answers.push_back(*std::move(line));
  return answers;
}

TEST_CASE("calls read before the end of input are answered") {
  Server server({}, {.tools = tools_of(echo_tool())});
  MemoryTransport transport;
  transport.send(kPing);
  transport.send(call_line("1", "echo"));
  transport.finish();
  REQUIRE(serve(server, transport, {.finish = kHangGuard}).has_value());
  const auto answers = answers_of(transport);
  REQUIRE(answers.size() == 2);
  CHECK(answers[1].find(R"("id":1,"result")") != std::string::npos);
}

TEST_CASE("a call that outlasts the end of input is cancelled and answered with an error") {
  struct Case {
    End end;
    const char* why;
  };
  for (const auto& [end, why] : {Case{End::ClientFinished, "the client closed the connection"},
                                 Case{End::ClientGone, "the client closed the connection"},
                                 Case{End::StopRequested, "the server is shutting down"}}) {
    INFO(why);
    WaitingTool waiting;
    Server server({}, {.tools = tools_of(waiting.tool())});
    MemoryTransport transport;
    transport.send(call_line("1", "wait"));
    transport.finish(end);
    REQUIRE(serve(server, transport, {.finish = std::chrono::milliseconds(1), .stop = kHangGuard})
                .has_value());
    const auto answers = answers_of(transport);
    REQUIRE(answers.size() == 1);
    CHECK(answers[0].find(why) != std::string::npos);
  }
}

TEST_CASE("a call that ignores its cancellation does not keep the session from ending") {
  test::Gate started;
  test::Gate release;
  Server server({}, {.tools = tools_of(std::make_unique<FunctionTool>("deaf", [&](const ToolCall&) {
                       started.open();
                       (void)release.wait();
                       return test::text_result("late");
                     }))});
  MemoryTransport transport;
  transport.send(call_line("1", "deaf"));
  std::thread client([&] {
    if (started.wait()) transport.finish(End::StopRequested);
  });
  const auto served = serve(server, transport, {.stop = std::chrono::milliseconds(1)});
  client.join();
  release.open();
  REQUIRE_FALSE(served.has_value());
  CHECK(served.error().kind == ErrorKind::Timeout);
  CHECK(answers_of(transport).size() == 1);
}

TEST_CASE("a line that is too long is refused and the next one answered") {
  Server server({}, {});
  MemoryTransport transport;
  transport.send(std::string(kMaxLineBytes + 1, ' '));
  transport.send(kPing);
  transport.finish();
  REQUIRE(serve(server, transport).has_value());
  const auto answers = answers_of(transport);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].find("-32700") != std::string::npos);
  CHECK(answers[0].find("4 MiB") != std::string::npos);
  CHECK(answers[1].find("ping") != std::string::npos);
}

}  // namespace
}  // namespace lightfast::mcp
