// The suite's prompts: a table.
#include <array>
#include <string_view>
#include <utility>

#include "tests/conformance/fixtures.h"
#include "tests/conformance/interview.h"

namespace lightfast::conformance {
namespace {

using PromptAnswer = std::expected<Json, mcp::ProtocolError>;

struct PromptFixture {
  std::string name, description;
  std::vector<const char*> arguments;  // required
  PromptAnswer (*get)(const Json& arguments, const mcp::ClientInput& input);
};

Json user_says(Json content) { return {{"role", "user"}, {"content", std::move(content)}}; }

PromptAnswer simple(const Json& /*arguments*/, const mcp::ClientInput& /*input*/) {
  const auto text = mcp::text_block("This is a simple prompt for testing.");
  return Json({{"messages", Json::array({user_says(text)})}});
}

PromptAnswer with_arguments(const Json& arguments, const mcp::ClientInput& /*input*/) {
  const auto text =
      mcp::text_block("Prompt with arguments: arg1='" + arguments.at("arg1").get<std::string>() +
                      "', arg2='" + arguments.at("arg2").get<std::string>() + "'");
  return Json({{"messages", Json::array({user_says(text)})}});
}

PromptAnswer with_resource(const Json& arguments, const mcp::ClientInput& /*input*/) {
  const Json resource = {{"uri", arguments.at("resourceUri")},
                         {"mimeType", "text/plain"},
                         {"text", "Embedded resource content for testing."}};
  const auto text = mcp::text_block("Please process the embedded resource above.");
  const auto embedded = user_says({{"type", "resource"}, {"resource", resource}});
  return Json({{"messages", Json::array({embedded, user_says(text)})}});
}

PromptAnswer with_image(const Json& /*arguments*/, const mcp::ClientInput& /*input*/) {
  const auto image = user_says({{"type", "image"}, {"data", png()}, {"mimeType", "image/png"}});
  const auto text = mcp::text_block("Please analyze the image above.");
  return Json({{"messages", Json::array({image, user_says(text)})}});
}

PromptAnswer with_input(const Json& /*arguments*/, const mcp::ClientInput& input) {
  const Interview interview{
      .name = "test_input_required_result_prompt",
      .rounds = {{{"user_context",
                   form_request("What context should the prompt use?", "context", "string")}}},
      .seal = {}};
  auto turn = next_turn(interview, input);
  if (!turn) return std::unexpected(std::move(turn.error()));
  if (turn->input_required) {
    (*turn->input_required)["resultType"] = "input_required";
    return *std::move(turn->input_required);
  }
  const auto text = mcp::text_block("Context: " + turn->answers.at("user_context").dump());
  return Json({{"messages", Json::array({user_says(text)})}});
}

class TablePrompt final : public mcp::Prompt {
 public:
  explicit TablePrompt(PromptFixture fixture) : fixture_(std::move(fixture)) {}

  [[nodiscard]] Json definition() const override {
    Json definition = {{"name", fixture_.name}, {"description", fixture_.description}};
    for (const char* name : fixture_.arguments) {
      definition["arguments"].push_back(
          {{"name", name}, {"description", "A text."}, {"required", true}});
    }
    return definition;
  }

  [[nodiscard]] PromptAnswer get(const Json& arguments, const mcp::ClientInput& input,
                                 const std::stop_token& /*stop*/) override {
    return fixture_.get(arguments, input);
  }

  [[nodiscard]] mcp::Completion complete(const std::string& /*argument*/, const std::string& value,
                                         const std::stop_token& /*stop*/) override {
    constexpr std::array<std::string_view, 3> kKnown = {"paris", "park", "party"};
    mcp::Completion completion;
    for (const auto known : kKnown) {
      if (known.starts_with(value)) completion.values.emplace_back(known);
    }
    completion.total = completion.values.size();
    return completion;
  }

 private:
  const PromptFixture fixture_;
};

}  // namespace

mcp::Prompts make_prompts() {
  mcp::Prompts prompts;
  for (const auto& fixture : {
           PromptFixture{"test_simple_prompt", "One text.", {}, simple},
           PromptFixture{"test_prompt_with_arguments",
                         "A text of two arguments.",
                         {"arg1", "arg2"},
                         with_arguments},
           PromptFixture{"test_prompt_with_embedded_resource",
                         "A resource and a text.",
                         {"resourceUri"},
                         with_resource},
           PromptFixture{"test_prompt_with_image", "An image and a text.", {}, with_image},
           PromptFixture{
               "test_input_required_result_prompt", "Asks for a context first.", {}, with_input},
       }) {
    prompts.push_back(std::make_unique<TablePrompt>(fixture));
  }
  return prompts;
}

}  // namespace lightfast::conformance
