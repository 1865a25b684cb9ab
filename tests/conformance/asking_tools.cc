// Tools that ask a legacy client while they work, and wait for its answer.
#include <spdlog/fmt/fmt.h>

#include "tests/conformance/fixtures.h"

namespace lightfast::conformance {
namespace {

mcp::ToolResult unanswered(const mcp::ProtocolError& error) {
  auto result = text_result(error.message);
  result.is_error = true;
  return result;
}

std::string argument(const mcp::ToolCall& call, const char* name) {
  const auto found = call.arguments.find(name);
  return found != call.arguments.end() && found->is_string() ? found->get<std::string>() : "";
}

CallAnswer sample(const mcp::ToolCall& call) {
  const Json content = {{"type", "text"}, {"text", argument(call, "prompt")}};
  const Json message = {{"role", "user"}, {"content", content}};
  const auto answer = call.caller.ask("sampling/createMessage",
                                      {{"messages", Json::array({message})}, {"maxTokens", 100}});
  if (!answer) return unanswered(answer.error());
  const auto said = answer->value("content", Json::object()).value("text", "");
  return text_result("LLM response: " + said);
}

CallAnswer elicit(const mcp::ToolCall& call, const std::string& message, const Json& schema,
                  const char* heading) {
  const auto answer =
      call.caller.ask("elicitation/create", {{"message", message}, {"requestedSchema", schema}});
  if (!answer) return unanswered(answer.error());
  return text_result(fmt::format("{}: action={}, content={}", heading, answer->value("action", ""),
                                 answer->value("content", Json::object()).dump()));
}

// A tool without arguments that asks for what `properties` are, a JSON text.
ToolFixture form(const char* name, const char* description, const char* properties) {
  const Json schema = {{"type", "object"}, {"properties", Json::parse(properties)}};
  return {.name = name,
          .description = description,
          .call = [schema](const mcp::ToolCall& call) -> CallAnswer {
            return elicit(call, "Please fill in this form", schema, "Elicitation completed");
          }};
}

CallAnswer ask_who(const mcp::ToolCall& call) {
  const Json schema = Json::parse(R"({
    "type": "object",
    "properties": {
      "username": {"type": "string", "description": "User's response"},
      "email": {"type": "string", "description": "User's email address"}
    },
    "required": ["username", "email"]
  })");
  return elicit(call, argument(call, "message"), schema, "User response");
}

Json schema_of(const char* argument_name) {
  return {{"type", "object"},
          {"properties", {{argument_name, {{"type", "string"}}}}},
          {"required", Json::array({argument_name})}};
}

// Defaults of all primitive types (SEP-1034).
constexpr const char* kDefaults = R"({
  "name": {"type": "string", "default": "John Doe"},
  "age": {"type": "integer", "default": 30},
  "score": {"type": "number", "default": 95.5},
  "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
  "verified": {"type": "boolean", "default": true}
})";

// The five ways to offer a choice (SEP-1330).
constexpr const char* kChoices = R"({
  "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
  "titledSingle": {
    "type": "string",
    "oneOf": [
      {"const": "value1", "title": "First Option"},
      {"const": "value2", "title": "Second Option"},
      {"const": "value3", "title": "Third Option"}
    ]
  },
  "legacyEnum": {
    "type": "string",
    "enum": ["opt1", "opt2", "opt3"],
    "enumNames": ["Option One", "Option Two", "Option Three"]
  },
  "untitledMulti": {
    "type": "array",
    "items": {"type": "string", "enum": ["option1", "option2", "option3"]}
  },
  "titledMulti": {
    "type": "array",
    "items": {
      "anyOf": [
        {"const": "value1", "title": "First Choice"},
        {"const": "value2", "title": "Second Choice"},
        {"const": "value3", "title": "Third Choice"}
      ]
    }
  }
})";

}  // namespace

std::vector<ToolFixture> asking_tools() {
  return {
      {.name = "test_sampling",
       .description = "Asks the client's model.",
       .call = sample,
       .schema = schema_of("prompt")},
      {.name = "test_elicitation",
       .description = "Asks the client's user who they are.",
       .call = ask_who,
       .schema = schema_of("message")},
      form("test_elicitation_sep1034_defaults", "Shows a form with defaults.", kDefaults),
      form("test_elicitation_sep1330_enums", "Shows a form with choices.", kChoices),
  };
}

}  // namespace lightfast::conformance
