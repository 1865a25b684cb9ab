// Tools that a modern client calls again with what they asked for.
#include <utility>

#include "mcp/client_requests.h"
#include "tests/conformance/fixtures.h"
#include "tests/conformance/interview.h"

namespace lightfast::conformance {
namespace {

mcp::ToolResult asking(Json input_required) {
  mcp::ToolResult result;
  result.input_required = std::move(input_required);
  return result;
}

// The content of a form that was sent back, as JSON text; what was done with it if it was not.
std::string content_of(const Json& answer) {
  const auto content = answer.find("content");
  return content == answer.end() ? answer.value("action", "") : content->dump();
}

std::string greeting(const Json& answers) {
  const auto content = answers.at("user_name").value("content", Json::object());
  return "Hello, " + content.value("name", "stranger") + "!";
}

std::string model_said(const Json& answers) { return content_of(answers.at("capital_question")); }

std::string roots_named(const Json& answers) {
  return "Roots: " + answers.at("client_roots").at("roots").dump();
}

std::string state_held(const Json& answers) {
  return "state-ok, confirmed: " + content_of(answers.at("confirm"));
}

std::string all_answers(const Json& answers) { return answers.dump(); }

// A tool that is `interview` and then answers what `conclude` makes of its answers.
ToolFixture interview_tool(std::string description, Interview interview,
                           std::string (*conclude)(const Json& answers)) {
  auto name = interview.name;
  return {.name = std::move(name),
          .description = std::move(description),
          .call = [interview = std::move(interview),
                   conclude](const mcp::ToolCall& call) -> CallAnswer {
            auto turn = next_turn(interview, call.input);
            if (!turn) return std::unexpected(std::move(turn.error()));
            if (turn->input_required) return asking(*std::move(turn->input_required));
            return text_result(conclude(turn->answers));
          }};
}

// Asks for as much as the client declares that it can be asked.
CallAnswer ask_what_is_declared(const mcp::ToolCall& call) {
  const Json all = {{"user_name", form_request("What is your name?", "name", "string")},
                    {"greeting", sampling_request("Generate a greeting", 50)},
                    {"client_roots", roots_request()}};
  Interview interview{
      .name = "test_input_required_result_capabilities", .rounds = {Json::object()}, .seal = {}};
  for (const auto& [key, request] : all.items()) {
    const auto& capabilities = call.caller.capabilities();
    if (!mcp::refusal_to_ask(request.at("method"), request.at("params"), capabilities))
      interview.rounds[0][key] = request;
  }
  auto turn = next_turn(interview, call.input);
  if (!turn) return std::unexpected(std::move(turn.error()));
  if (turn->input_required) return asking(*std::move(turn->input_required));
  return text_result("Answers: " + turn->answers.dump());
}

Json name_form() { return form_request("What is your name?", "name", "string"); }

// One round, of which nothing is kept.
Interview one_round(const char* name, Json requests) {
  return {.name = name, .rounds = {std::move(requests)}, .seal = {}};
}

std::vector<ToolFixture> without_state() {
  return {
      interview_tool(
          "Asks for a name and greets.",
          one_round("test_input_required_result_elicitation", {{"user_name", name_form()}}),
          greeting),
      interview_tool("Asks the client's model.",
                     one_round("test_input_required_result_sampling",
                               {{"capital_question",
                                 sampling_request("What is the capital of France?", 100)}}),
                     model_said),
      interview_tool(
          "Asks for the client's roots.",
          one_round("test_input_required_result_list_roots", {{"client_roots", roots_request()}}),
          roots_named),
      interview_tool("Asks for a name, in a result and never by a request on the stream.",
                     one_round("test_streaming_elicitation", {{"user_name", name_form()}}),
                     greeting),
      interview_tool("Works for clients that can sample alone.",
                     one_round("test_missing_capability",
                               {{"capital_question", sampling_request("What is it?", 10)}}),
                     model_said),
      {.name = "test_input_required_result_capabilities",
       .description = "Asks for what the client declares that it can be asked.",
       .call = ask_what_is_declared},
  };
}

std::vector<ToolFixture> with_state() {
  const auto seal = std::make_shared<const StateSeal>();
  const Json confirm = {{"confirm", form_request("Please confirm", "ok", "boolean")}};
  const Json several = {{"user_name", name_form()},
                        {"greeting", sampling_request("Generate a greeting", 50)},
                        {"client_roots", roots_request()}};
  const Json first = {{"step1", form_request("Step 1: What is your name?", "name", "string")}};
  const Json second = {
      {"step2", form_request("Step 2: What is your favorite color?", "color", "string")}};
  return {
      interview_tool("Keeps a state between two calls.",
                     {"test_input_required_result_request_state", {confirm}, seal}, state_held),
      interview_tool("Keeps a state that must not be changed.",
                     {"test_input_required_result_tampered_state", {confirm}, seal}, state_held),
      interview_tool("Asks for several things at once.",
                     {"test_input_required_result_multiple_inputs", {several}, seal}, all_answers),
      interview_tool("Asks in two rounds.",
                     {"test_input_required_result_multi_round", {first, second}, seal},
                     all_answers),
  };
}

}  // namespace

std::vector<ToolFixture> interview_tools() {
  auto tools = without_state();
  for (auto& tool : with_state()) tools.push_back(std::move(tool));
  return tools;
}

}  // namespace lightfast::conformance
