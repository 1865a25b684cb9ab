// What a client may be asked, by what it declares, and how a call asks it in each era.
#include <string>

#include <catch2/catch.hpp>

#include "mcp/client_requests.h"
#include "tests/unit/mcp_session.h"

namespace lightfast::mcp {
namespace {

using test::Conversation;
using test::FunctionTool;
using test::tools_of;

Json form() { return {{"message", "Who?"}, {"requestedSchema", {{"type", "object"}}}}; }
Json url() { return {{"mode", "url"}, {"message", "Look"}, {"url", "https://example.com"}}; }
Json with_tools() { return {{"messages", Json::array()}, {"tools", Json::array()}}; }

Json object(const char* text) { return Json::parse(text); }

TEST_CASE("a client is asked what it declares that it can be asked, and nothing else") {
  struct Row {
    const char* method;
    Json params;
    const char* declared;
    const char* lacking;  // null: nothing
  };
  const std::vector<Row> rows = {
      {"roots/list", Json::object(), R"({"roots": {}})", nullptr},
      {"roots/list", Json::object(), R"({})", R"({"roots": {}})"},
      {"roots/list", Json::object(), R"({"roots": true})", R"({"roots": {}})"},
      {"sampling/createMessage", Json::object(), R"({"sampling": {}})", nullptr},
      {"sampling/createMessage", Json::object(), R"({"roots": {}})", R"({"sampling": {}})"},
      {"sampling/createMessage", with_tools(), R"({"sampling": {"tools": {}}})", nullptr},
      {"sampling/createMessage", with_tools(), R"({"sampling": {}})",
       R"({"sampling": {"tools": {}}})"},
      {"elicitation/create", form(), R"({"elicitation": {}})", nullptr},
      {"elicitation/create", form(), R"({"elicitation": {"form": {}, "url": {}}})", nullptr},
      {"elicitation/create", form(), R"({"elicitation": {"url": {}}})",
       R"({"elicitation": {"form": {}}})"},
      {"elicitation/create", url(), R"({"elicitation": {"url": {}}})", nullptr},
      {"elicitation/create", url(), R"({"elicitation": {}})", R"({"elicitation": {"url": {}}})"},
  };
  for (const auto& row : rows) {
    INFO(row.method << " " << row.params << " of " << row.declared);
    const auto refusal = refusal_to_ask(row.method, row.params, object(row.declared));
    REQUIRE(refusal.has_value() == (row.lacking != nullptr));
    if (!refusal) continue;
    CHECK(refusal->code == ErrorCode::MissingClientCapability);
    CHECK(refusal->data == Json({{"requiredCapabilities", object(row.lacking)}}));
  }
}

TEST_CASE("what no client answers is a mistake of the server's") {
  CHECK(refusal_to_ask("tools/list", Json::object(), Json::object())->code == ErrorCode::Internal);
  CHECK(refusal_of_input(object(R"({"inputRequests": {"a": {"method": "ping"}}})"), Json::object())
            ->code == ErrorCode::Internal);
}

TEST_CASE("a result that asks for several things is refused for all that is lacking at once") {
  const Json asked = {
      {"inputRequests",
       {{"a", {{"method", "elicitation/create"}, {"params", form()}}},
        {"b", {{"method", "elicitation/create"}, {"params", url()}}},
        {"c", {{"method", "roots/list"}}},
        {"d", {{"method", "sampling/createMessage"}, {"params", Json::object()}}}}}};
  const auto refusal = refusal_of_input(asked, object(R"({"sampling": {}})"));
  REQUIRE(refusal);
  CHECK(refusal->data["requiredCapabilities"] ==
        object(R"({"elicitation": {"form": {}, "url": {}}, "roots": {}})"));
  CHECK(refusal->message.contains("elicitation, roots"));
  CHECK_FALSE(refusal_of_input(asked, object(R"({"sampling": {}, "roots": {},
                                                 "elicitation": {"form": {}, "url": {}}})")));
  CHECK_FALSE(refusal_of_input(object(R"({"requestState": "x"})"), Json::object()));
}

// Asks for the roots in a result, and answers what it was given.
std::unique_ptr<Tool> rooting_tool() {
  return std::make_unique<FunctionTool>("roots", [](const ToolCall& call) {
    if (!call.input.responses.empty())
      return test::text_result(call.input.responses.dump() + call.input.state);
    ToolResult result;
    result.input_required = {{"inputRequests", {{"r", {{"method", "roots/list"}}}}},
                             {"requestState", "kept"}};
    return result;
  });
}

// Asks for the roots while it works, and answers what came of it.
std::unique_ptr<Tool> asking_tool() {
  return std::make_unique<FunctionTool>("ask", [](const ToolCall& call) {
    const auto answer = call.caller.ask("roots/list", Json::object());
    return test::text_result(answer ? answer->dump() : answer.error().message);
  });
}

std::string modern_call(const char* tool, const Json& capabilities, Json params = Json::object()) {
  params["name"] = tool;
  params["_meta"] = {{kProtocolVersionKey, kModernRevision},
                     {kClientCapabilitiesKey, capabilities}};
  return Json({{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}}).dump();
}

std::string handshake(const Json& capabilities) {
  return Json({{"jsonrpc", "2.0"},
               {"id", 0},
               {"method", "initialize"},
               {"params", {{"protocolVersion", "2025-11-25"}, {"capabilities", capabilities}}}})
      .dump();
}

TEST_CASE("a modern client is asked by a result and calls again with its answers") {
  Conversation talk(tools_of(rooting_tool()));
  const Json able = object(R"({"roots": {}})");
  const auto asked = talk.ask(modern_call("roots", able))["result"];
  CHECK(asked["resultType"] == "input_required");
  CHECK(asked["inputRequests"]["r"]["method"] == "roots/list");
  CHECK(asked["requestState"] == "kept");
  CHECK_FALSE(asked.contains("content"));
  const Json given = {{"inputResponses", {{"r", {{"roots", Json::array()}}}}},
                      {"requestState", "kept"}};
  const auto done = talk.ask(modern_call("roots", able, given))["result"];
  CHECK(done["resultType"] == "complete");
  CHECK(done["content"][0]["text"] == R"({"r":{"roots":[]}}kept)");
}

TEST_CASE("a modern client that cannot be asked hears what it would have to declare") {
  Conversation talk(tools_of(rooting_tool()));
  const auto error = talk.ask(modern_call("roots", object(R"({"sampling": {}})")))["error"];
  CHECK(error["code"] == -32021);
  CHECK(error["data"]["requiredCapabilities"] == object(R"({"roots": {}})"));
}

TEST_CASE("a result that asks is not sent to a legacy client, which would not understand it") {
  Conversation talk(tools_of(rooting_tool()));
  talk.ask(handshake(object(R"({"roots": {}})")));
  CHECK(talk.ask(test::call_line("1", "roots"))["error"]["code"] == -32603);
}

TEST_CASE("a legacy client is asked during a call if it can be") {
  Conversation talk(tools_of(asking_tool()));
  talk.ask(handshake(object(R"({"roots": {}})")));
  const auto question = talk.ask(test::call_line("1", "ask"));
  CHECK(question["method"] == "roots/list");
  const auto answer = talk.ask(
      Json({{"jsonrpc", "2.0"}, {"id", question["id"]}, {"result", {{"roots", {}}}}}).dump());
  CHECK(answer["result"]["content"][0]["text"].get<std::string>().contains("roots"));
}

TEST_CASE("a client of either era that cannot be asked during a call is not") {
  Conversation talk(tools_of(asking_tool()));
  const auto text = [](const Json& answer) {
    return answer["result"]["content"][0]["text"].get<std::string>();
  };
  CHECK(text(talk.ask(test::call_line("1", "ask"))).contains("declares the capability roots"));
  CHECK(text(talk.ask(modern_call("ask", object(R"({"roots": {}})")))).contains("calls again"));
}

class AskingPrompt final : public Prompt {
 public:
  [[nodiscard]] Json definition() const override { return {{"name", "asks"}}; }
  std::expected<Json, ProtocolError> get(const Json& /*arguments*/, const ClientInput& /*input*/,
                                         const std::stop_token& /*stop*/) override {
    return Json(
        {{"resultType", "input_required"}, {"inputRequests", {{"r", {{"method", "roots/list"}}}}}});
  }
  Completion complete(const std::string& /*argument*/, const std::string& /*value*/,
                      const std::stop_token& /*stop*/) override {
    return {};
  }
};

TEST_CASE("a prompt asks under the same rules as a tool") {
  Offer offer;
  offer.prompts.push_back(std::make_unique<AskingPrompt>());
  Conversation talk(std::move(offer));
  const auto get = [&](const char* capabilities) {
    auto line = object(modern_call("asks", object(capabilities)).c_str());
    line["method"] = "prompts/get";
    return talk.ask(line.dump());
  };
  const auto asked = get(R"({"roots": {}})")["result"];
  CHECK(asked["resultType"] == "input_required");
  CHECK(asked["inputRequests"].contains("r"));
  CHECK(get("{}")["error"]["code"] == -32021);
  const auto legacy = R"({"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"asks"}})";
  CHECK(talk.ask(legacy)["error"]["code"] == -32603);
}

}  // namespace
}  // namespace lightfast::mcp
