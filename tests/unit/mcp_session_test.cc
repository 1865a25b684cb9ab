#include "tests/unit/mcp_session.h"

#include <string>

#include <catch2/catch.hpp>

#include "mcp/session.h"

namespace lightfast::mcp {
namespace {

using test::call_line;
using test::cancel_line;
using test::Conversation;
using test::echo_tool;
using test::FunctionTool;
using test::kHangGuard;
using test::tools_of;
using test::WaitingTool;

constexpr const char* kPing = R"({"jsonrpc":"2.0","id":"ping","method":"ping"})";

TEST_CASE("a cancelled call is stopped and gets no answer") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool()));
  talk.session.receive(call_line("1", "wait"));
  REQUIRE(waiting.started.wait());
  talk.session.receive(cancel_line("1"));
  CHECK(waiting.cancelled.wait());
  REQUIRE(talk.session.wait_until_idle(kHangGuard));
  CHECK(talk.sent.take_all().empty());
}

TEST_CASE("an id that is not running can be cancelled without harm") {
  Conversation talk(tools_of(echo_tool()));
  for (const char* id : {"1", "\"x\"", "null", "[]", "1.5"}) talk.session.receive(cancel_line(id));
  talk.session.receive(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");
  CHECK(talk.ask(kPing)["id"] == "ping");
}

TEST_CASE("a cancelled call that answers all the same does not answer a new call with its id") {
  test::Gate release;
  Conversation talk(tools_of(std::make_unique<FunctionTool>("stubborn",
                                                            [&](const ToolCall&) {
                                                              (void)release.wait();
                                                              return test::text_result("late");
                                                            }),
                             echo_tool()));
  talk.session.receive(call_line("1", "stubborn"));
  talk.session.receive(cancel_line("1"));
  const Json answer = talk.ask(call_line("1", "echo"));
  CHECK(answer["result"]["content"][0]["text"] == "{}");
  release.open();
  REQUIRE(talk.session.wait_until_idle(kHangGuard));
  CHECK(talk.sent.take_all().empty());
}

TEST_CASE("an id that is still running is refused, and free again afterwards") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool()));
  talk.session.receive(call_line("\"ping\"", "wait"));
  const Json refused = talk.ask(kPing);
  CHECK(refused["id"] == "ping");
  CHECK(refused["error"]["code"] == -32600);
  talk.session.receive(cancel_line("\"ping\""));
  CHECK(talk.ask(kPing).contains("result"));
}

TEST_CASE("a string id and the same number are different ids") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool(), echo_tool()));
  talk.session.receive(call_line("1", "wait"));
  CHECK(talk.ask(call_line("\"1\"", "echo"))["id"] == "1");
}

TEST_CASE("requests that run nothing are answered while all threads are taken") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool()), {.threads = 1});
  talk.session.receive(call_line("1", "wait"));
  talk.session.receive(call_line("2", "wait"));
  CHECK(talk.ask(kPing)["id"] == "ping");
}

TEST_CASE("a call beyond the queue's bound is refused as busy, and the session goes on") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool()), {.threads = 1, .queue = 1});
  talk.session.receive(call_line("1", "wait"));
  REQUIRE(waiting.started.wait());
  talk.session.receive(call_line("2", "wait"));
  const Json refused = talk.ask(call_line("3", "wait"));
  CHECK(refused["id"] == 3);
  CHECK(refused["result"]["isError"] == true);
  CHECK(refused["result"]["content"][0]["text"].get<std::string>().contains("limit reached"));
  CHECK(talk.ask(kPing).contains("result"));
}

TEST_CASE("a tool that throws is an internal error without its detail") {
  Conversation talk(tools_of(std::make_unique<FunctionTool>(
      "bad", [](const ToolCall&) -> ToolResult { throw std::runtime_error("secret"); })));
  const Json answer = talk.ask(call_line("1", "bad"));
  CHECK(answer["error"]["code"] == -32603);
  CHECK(answer.dump().find("secret") == std::string::npos);
}

TEST_CASE("the end of a session answers what is left and stops it") {
  WaitingTool waiting;
  Conversation talk(tools_of(waiting.tool()));
  talk.session.receive(call_line("1", "wait"));
  REQUIRE(waiting.started.wait());
  CHECK_FALSE(talk.session.finish(std::chrono::milliseconds(1)));
  talk.session.end("the client closed the connection");
  CHECK(talk.sent.take()["error"]["message"] == "not answered: the client closed the connection");
  CHECK(waiting.cancelled.wait());
  CHECK(talk.session.wait_until_idle(kHangGuard));
  CHECK(talk.sent.take_all().empty());
}

TEST_CASE("a batch is answered in one line once its last call has answered") {
  test::Gate release;
  Conversation talk(tools_of(std::make_unique<FunctionTool>("gated", [&](const ToolCall&) {
    (void)release.wait();
    return test::text_result("done");
  })));
  talk.ask(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-03-26"}})");
  talk.session.receive("[" + call_line("1", "gated") + "," + kPing + "," + cancel_line("9") +
                       ",5]");
  CHECK(talk.sent.take_all().empty());
  release.open();
  const Json answers = talk.sent.take();
  REQUIRE(answers.is_array());
  CHECK(answers.size() == 3);
  CHECK(answers.dump().find("done") != std::string::npos);
}

TEST_CASE("a subscription stays open until it is cancelled") {
  Conversation talk(Tools{});
  const std::string listen =
      R"({"jsonrpc":"2.0","id":"s","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},)"
      R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}})";
  CHECK(talk.ask(listen)["method"] == "notifications/subscriptions/acknowledged");
  CHECK(talk.ask(listen)["error"]["code"] == -32600);
  talk.session.receive(cancel_line("\"s\""));
  CHECK(talk.session.finish(kHangGuard));
  CHECK(talk.sent.take_all().empty());
}

TEST_CASE("instructions are asked for at each handshake") {
  int asked = 0;
  Server server({.instructions = [&] { return "call " + std::to_string(++asked); }}, {});
  test::Sent sent;
  Session session(server, [&](std::string line) { sent.add(std::move(line)); });
  const std::string handshake =
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})";
  session.receive(handshake);
  session.receive(handshake);
  CHECK(sent.take()["result"]["instructions"] == "call 1");
  CHECK(sent.take()["result"]["instructions"] == "call 2");
}

}  // namespace
}  // namespace lightfast::mcp
