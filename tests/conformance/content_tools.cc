// Tools that answer at once, each with its kind of content.
#include <utility>

#include "tests/conformance/fixtures.h"

namespace lightfast::conformance {
namespace {

Json image() { return {{"type", "image"}, {"data", png()}, {"mimeType", "image/png"}}; }

Json resource(const char* uri, const char* type, const char* text) {
  return {{"type", "resource"}, {"resource", {{"uri", uri}, {"mimeType", type}, {"text", text}}}};
}

// A tool that always answers `content`.
ToolFixture constant(std::string name, std::string description, Json content) {
  return {.name = std::move(name),
          .description = std::move(description),
          .call = [content = std::move(content)](const mcp::ToolCall&) -> CallAnswer {
            return result_of(content);
          }};
}

CallAnswer fail(const mcp::ToolCall& /*call*/) {
  auto result = text_result("This tool intentionally returns an error for testing");
  result.is_error = true;
  return result;
}

CallAnswer echo(const mcp::ToolCall& call) { return text_result(call.arguments.dump()); }

// Keywords of JSON Schema 2020-12 that must reach a client as they are (SEP-1613, SEP-2106).
Json rich_schema() {
  return Json::parse(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
      "address": {
        "$anchor": "addressDef",
        "type": "object",
        "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
      }
    },
    "properties": {
      "name": {"type": "string"},
      "address": {"$ref": "#/$defs/address"},
      "contactMethod": {"type": "string", "enum": ["phone", "email"]},
      "phone": {"type": "string"},
      "email": {"type": "string"}
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false
  })");
}

// Arguments that a client repeats in headers (2026-07-28, Streamable HTTP).
Json header_schema() {
  return Json::parse(R"({
    "type": "object",
    "properties": {
      "region": {"type": "string", "x-mcp-header": "Region"},
      "shard": {"type": "integer", "x-mcp-header": "Shard"},
      "query": {"type": "string"}
    },
    "required": ["region"]
  })");
}

}  // namespace

std::vector<ToolFixture> content_tools() {
  const auto embedded =
      resource("test://embedded-resource", "text/plain", "This is an embedded resource content.");
  const auto mixed = resource("test://mixed-content-resource", "application/json",
                              R"({"test":"data","value":123})");
  const Json sound = {{"type", "audio"}, {"data", wav()}, {"mimeType", "audio/wav"}};
  const auto text = mcp::text_block("This is a simple text response for testing.");
  const auto heading = mcp::text_block("Multiple content types test:");
  return {
      constant("test_simple_text", "Answers a text.", Json::array({text})),
      constant("test_image_content", "Answers an image.", Json::array({image()})),
      constant("test_audio_content", "Answers a sound.", Json::array({sound})),
      constant("test_embedded_resource", "Answers a resource.", Json::array({embedded})),
      constant("test_multiple_content_types", "Answers a text, an image and a resource.",
               Json::array({heading, image(), mixed})),
      {.name = "test_error_handling", .description = "Always fails.", .call = fail},
      {.name = "json_schema_2020_12_tool",
       .description = "Tool with JSON Schema 2020-12 features",
       .call = echo,
       .schema = rich_schema()},
      {.name = "test_header_parameters",
       .description = "Answers its arguments, some of which are said in headers, too.",
       .call = echo,
       .schema = header_schema()},
  };
}

}  // namespace lightfast::conformance
