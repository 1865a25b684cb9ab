#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/schema.h"

namespace lightfast::contract {
namespace {

constexpr const char* kSchema = R"({
  "type": "object",
  "properties": {
    "command": {"type": "string", "minLength": 1, "x-maxBytes": 64},
    "label": {"type": "string", "maxLength": 8},
    "timeoutMs": {"type": "integer", "minimum": 100, "maximum": 60000, "default": 10000},
    "offset": {"type": "integer", "minimum": 0},
    "ceiling": {"type": "integer", "maximum": 10},
    "ratio": {"type": "number", "exclusiveMinimum": 0},
    "mode": {"enum": ["fast", "balanced"], "default": "balanced"},
    "after": {"type": ["string", "null"], "format": "date-time"},
    "ids": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "string", "minLength": 1}},
    "where": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    "page": {"type": "object", "properties": {"size": {"type": "integer"}}, "required": ["size"],
             "additionalProperties": false},
    "wait": {"anyOf": [{"type": "boolean"}, {"type": "integer", "minimum": 1}]}
  },
  "required": ["command"],
  "additionalProperties": false
})";

Schema compiled(const char* text) {
  auto schema = Schema::compile(Json::parse(text));
  REQUIRE(schema.has_value());
  return *std::move(schema);
}

struct Refused {
  std::string input;
  std::string field;
  std::string message;
};

std::string repeated(std::size_t count, const std::string& part) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

std::string command_of(const std::string& text) { return R"({"command": ")" + text + "\"}"; }

TEST_CASE("a refusal names the field, what was sent and what is allowed") {
  const Schema schema = compiled(kSchema);
  const auto refused = GENERATE(values<Refused>({
      {"{}", "command", "missing field 'command': it must be a string of 1 to 64 bytes"},
      {"[1, 2]", "",
       "the input must be an object with the fields command, label, timeoutMs, offset, ceiling, "
       "ratio, mode, after, "
       "ids, where, page, wait, but an array of 2 items was sent"},
      {R"({"comand": "ls"})", "comand",
       "unknown field 'comand' (did you mean 'command'?); known fields: command, label, timeoutMs, "
       "offset, ceiling, "
       "ratio, mode, after, ids, where, page, wait"},
      {R"({"command": "ls", "zzzzzzzzzzzz": 1})", "zzzzzzzzzzzz",
       "unknown field 'zzzzzzzzzzzz'; known fields: command, label, timeoutMs, offset, ceiling, "
       "ratio, mode, after, "
       "ids, where, page, wait"},
      {R"({"command": 5})", "command",
       "field 'command' must be a string of 1 to 64 bytes, but 5 was sent"},
      {R"({"command": null})", "command",
       "field 'command' must be a string of 1 to 64 bytes, but null was sent"},
      {R"({"command": ""})", "command",
       "field 'command' must be a string of 1 to 64 bytes, but an empty string was sent"},
      {command_of(std::string(65, 'x')), "command",
       "field 'command' must be a string of 1 to 64 bytes, but a string of 65 characters was sent"},
      {command_of(repeated(33, "ü")), "command",
       "field 'command' must be a string of 1 to 64 bytes, but a string of 33 characters (66 "
       "bytes) was sent"},
      {command_of("a\\u0000" + std::string(64, 'x')), "command",
       "field 'command' must be a string of 1 to 64 bytes, but a string of 66 characters was sent"},
      {R"({"command": "ls", "label": "a\u0000bcdefghi"})", "label",
       "field 'label' must be a string of at most 8 characters, but the string "
       "\"a\\u0000bcdefghi\" was sent"},
      {R"({"command": "ls", "timeoutMs": "10s"})", "timeoutMs",
       "field 'timeoutMs' must be an integer from 100 to 60000, but the string \"10s\" was sent"},
      {R"({"command": "ls", "timeoutMs": 99})", "timeoutMs",
       "field 'timeoutMs' must be an integer from 100 to 60000, but 99 was sent"},
      {R"({"command": "ls", "timeoutMs": 60001})", "timeoutMs",
       "field 'timeoutMs' must be an integer from 100 to 60000, but 60001 was sent"},
      {R"({"command": "ls", "timeoutMs": 1000.5})", "timeoutMs",
       "field 'timeoutMs' must be an integer from 100 to 60000, but 1000.5 was sent"},
      {R"({"command": "ls", "timeoutMs": true})", "timeoutMs",
       "field 'timeoutMs' must be an integer from 100 to 60000, but true was sent"},
      {R"({"command": "ls", "offset": -1})", "offset",
       "field 'offset' must be an integer of at least 0, but -1 was sent"},
      {R"({"command": "ls", "ceiling": 18446744073709551615})", "ceiling",
       "field 'ceiling' must be an integer of at most 10, but 1.8446744073709552e+19 was sent"},
      {R"({"command": "ls", "ratio": 0})", "ratio",
       "field 'ratio' must be a number above 0, but 0 was sent"},
      {R"({"command": "ls", "mode": "slow"})", "mode",
       "field 'mode' must be \"fast\" or \"balanced\", but the string \"slow\" was sent"},
      {R"({"command": "ls", "after": 2024})", "after",
       "field 'after' must be a string (\"date-time\") or null, but 2024 was sent"},
      {R"({"command": "ls", "ids": []})", "ids",
       "field 'ids' must be an array of 1 to 3 items, each a string of at least 1 character, but "
       "an array of 0 items "
       "was sent"},
      {R"({"command": "ls", "ids": ["a", "b", "c", "d"]})", "ids",
       "field 'ids' must be an array of 1 to 3 items, each a string of at least 1 character, but "
       "an array of 4 items "
       "was sent"},
      {R"({"command": "ls", "ids": ["a", 7]})", "ids[1]",
       "field 'ids[1]' must be a string of at least 1 character, but 7 was sent"},
      {R"({"command": "ls", "where": {"state": {}}})", "where.state",
       "field 'where.state' must be a string or an integer, but an object was sent"},
      {R"({"command": "ls", "page": {"sise": 1}})", "page.sise",
       "unknown field 'page.sise' (did you mean 'size'?); known fields: size"},
      {R"({"command": "ls", "page": {}})", "page.size",
       "missing field 'page.size': it must be an integer"},
      {R"({"command": "ls", "wait": 0})", "wait",
       "field 'wait' must be true or false or an integer of at least 1, but 0 was sent"},
  }));
  CAPTURE(refused.input);
  const auto checked = schema.check(Json::parse(refused.input));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind == ErrorKind::InvalidArgument);
  CHECK(checked.error().field == refused.field);
  CHECK(checked.error().message == refused.message);
}

TEST_CASE("an accepted input carries the defaults and keeps what was sent") {
  const Schema schema = compiled(kSchema);
  struct Accepted {
    std::string input;
    std::string output;
  };
  const auto accepted = GENERATE(values<Accepted>({
      {R"({"command": "ls"})", R"({"command": "ls", "timeoutMs": 10000, "mode": "balanced"})"},
      {R"({"command": "ls", "timeoutMs": 100, "mode": "fast"})",
       R"({"command": "ls", "timeoutMs": 100, "mode": "fast"})"},
      {R"({"command": "ls", "timeoutMs": 60000.0, "mode": "fast"})",
       R"({"command": "ls", "timeoutMs": 60000, "mode": "fast"})"},
      {R"({"command": "ls", "timeoutMs": 100, "mode": "fast", "after": "next week", "wait": true, "where": {"a": 1}})",
       R"({"command": "ls", "timeoutMs": 100, "mode": "fast", "after": "next week", "wait": true, "where": {"a": 1}})"},
      {command_of(repeated(32, "ü")),
       R"({"command": ")" + repeated(32, "ü") + R"(", "timeoutMs": 10000, "mode": "balanced"})"},
      {R"({"command": "ls", "label": "üüüüüüüü"})",
       R"({"command": "ls", "label": "üüüüüüüü", "timeoutMs": 10000, "mode": "balanced"})"},
  }));
  CAPTURE(accepted.input);
  const auto checked = schema.check(Json::parse(accepted.input));
  REQUIRE(checked.has_value());
  CHECK(*checked == Json::parse(accepted.output));
}

TEST_CASE("an integer written with a fraction of zero becomes an integer") {
  const auto checked =
      compiled(kSchema).check(Json::parse(R"({"command": "ls", "timeoutMs": 500.0})"));
  REQUIRE(checked.has_value());
  CHECK((*checked)["timeoutMs"].is_number_integer());
}

TEST_CASE("a message stays one short line whatever the name that was sent") {
  Json input = {{"command", "ls"}};
  input["new\nline\x1b" + std::string(10000, 'x')] = 1;
  const auto checked = compiled(kSchema).check(input);
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().message.size() < 400);
  CHECK(checked.error().message.starts_with("unknown field 'new line\\x1Bxxx"));
}

TEST_CASE("a large wrong array is refused at its first bad item") {
  Json input = {{"command", "ls"}, {"ids", Json(std::vector<int>(200000, 0))}};
  const auto checked = compiled(kSchema).check(std::move(input));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().field == "ids[0]");
}

TEST_CASE(
    "a fault behind a reference to elsewhere in the schema is put to the field that holds it") {
  const Schema schema = compiled(R"({"type": "object", "$defs": {"size": {"type": "integer"}},
                                     "properties": {"size": {"$ref": "#/$defs/size"}}})");
  CHECK(schema.check(Json::parse(R"({"size": 1})")).has_value());
  const auto checked = schema.check(Json::parse(R"({"size": "big"})"));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().message.starts_with("the input must be an object with the fields size"));
}

TEST_CASE("a schema that cannot be honoured does not compile") {
  struct Case {
    std::string schema;
    std::string message;
  };
  const auto refused = GENERATE(values<Case>({
      {R"({"type": "text"})", "compiling a schema: "},
      {R"({"properties": {"a": {"type": "string", "x-maxBytes": "many"}}})",
       "compiling a schema: "},
      {R"({"properties": {"a": {"type": "string", "pattern": "^a+$"}}})",
       "keyword 'pattern' is not supported"},
      {R"({"properties": {"a": {"items": {"anyOf": [{"pattern": "a"}]}}}})",
       "keyword 'pattern' is not supported"},
      {R"({"patternProperties": {"^a": {}}})", "keyword 'patternProperties' is not supported"},
  }));
  CAPTURE(refused.schema);
  const auto schema = Schema::compile(Json::parse(refused.schema));
  REQUIRE_FALSE(schema.has_value());
  CHECK(schema.error().kind == ErrorKind::InvalidArgument);
  CHECK(schema.error().message.starts_with(refused.message));
}

TEST_CASE("a property that happens to be called like a keyword is a property") {
  const Schema schema = compiled(R"({"type": "object", "properties": {"pattern": {"type": "string"},
                                     "format": {"type": "string"}}, "additionalProperties": false})");
  CHECK(schema.check(Json::parse(R"({"pattern": "a", "format": "b"})")).has_value());
  CHECK_FALSE(schema.check(Json::parse(R"({"format": 1})")).has_value());
}

}  // namespace
}  // namespace lightfast::contract
