#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/catalog.h"
#include "contract/openapi.h"
#include "contract/shell.h"
#include "golden.h"

namespace lightfast::contract {
namespace {

Procedure echo_procedure() {
  return {
      .key = {"word", "echo"},
      .http_path = "/v1/word/echo",
      .title = "Echo",
      .summary = "Say a word again",
      .description = "Answers with the word it is given.",
      .input_schema = Json::parse(R"({"type": "object", "properties": {"word": {"type": "string"},
                                          "times": {"type": "integer", "default": 1}}, "required": ["word"],
                                          "additionalProperties": false})"),
      .output_schema = Json::parse(R"({"type": "object"})"),
      .scope = "context:read",
      .positional = "word"};
}

Result<Json> echo(const Json& input, const CallContext& /*context*/) { return input; }

Catalog catalog_of(std::vector<BoundProcedure> procedures) {
  auto catalog = Catalog::create(std::move(procedures));
  REQUIRE(catalog.has_value());
  return *std::move(catalog);
}

TEST_CASE("a procedure is found by its key joined with the asker's separator") {
  const Catalog catalog = catalog_of({{shell_procedure(), echo}, {echo_procedure(), echo}});
  CHECK(catalog.find("word_echo", "_") == &catalog.procedures()[1]);
  CHECK(catalog.find("word echo", " ") == &catalog.procedures()[1]);
  CHECK(catalog.find("word.echo", "_") == nullptr);
  CHECK(catalog.find("", "_") == nullptr);
}

TEST_CASE("a handler sees checked input with its defaults") {
  const Catalog catalog = catalog_of({{echo_procedure(), echo}});
  const auto output = catalog.call(catalog.procedures()[0], {{"word", "hello"}}, {});
  REQUIRE(output.has_value());
  CHECK(*output == Json({{"word", "hello"}, {"times", 1}}));
}

TEST_CASE("input that does not pass the schema never reaches the handler") {
  bool called = false;
  const auto handler = [&](const Json&, const CallContext&) -> Result<Json> {
    called = true;
    return Json();
  };
  const Catalog catalog = catalog_of({{echo_procedure(), handler}});
  const auto output = catalog.call(catalog.procedures()[0], {{"wort", "hello"}}, {});
  REQUIRE_FALSE(output.has_value());
  CHECK(output.error().field == "wort");
  CHECK_FALSE(called);
}

TEST_CASE("an exception that escapes a handler is an internal error without its detail") {
  const auto thrower = GENERATE(values<Handler>({
      [](const Json&, const CallContext&) -> Result<Json> {
        throw std::runtime_error("secret detail");
      },
      [](const Json&, const CallContext&) -> Result<Json> { throw 5; },
  }));
  const Catalog catalog = catalog_of({{echo_procedure(), thrower}});
  const auto output = catalog.call(catalog.procedures()[0], {{"word", "hello"}}, {});
  REQUIRE_FALSE(output.has_value());
  CHECK(output.error() == Error{ErrorKind::Internal, "handling 'word.echo'"});
}

TEST_CASE("a declaration that clients could not use is refused with the reason") {
  struct Case {
    void (*spoil)(BoundProcedure&);
    std::string message;
  };
  const auto refused = GENERATE(values<Case>({
      {[](BoundProcedure& each) { each.declaration.key = {}; },
       "declaring '': each part of the key must be lower-case letters and digits, a letter first"},
      {[](BoundProcedure& each) { each.declaration.key = {"Word_Echo"}; },
       "declaring 'Word_Echo': each part of the key must be lower-case letters and digits, a "
       "letter first"},
      {[](BoundProcedure& each) { each.declaration.http_path = "v1/echo"; },
       "declaring 'word.echo': the HTTP path must begin with '/'"},
      {[](BoundProcedure& each) { each.declaration.description = ""; },
       "declaring 'word.echo': the description must have 1 to 1500 characters, not 0"},
      {[](BoundProcedure& each) { each.declaration.description = std::string(1501, 'x'); },
       "declaring 'word.echo': the description must have 1 to 1500 characters, not 1501"},
      {[](BoundProcedure& each) { each.declaration.input_schema["oneOf"] = Json::array(); },
       "declaring 'word.echo': 'oneOf' at the top of the input schema breaks clients"},
      {[](BoundProcedure& each) { each.declaration.input_schema["anyOf"] = Json::array(); },
       "declaring 'word.echo': 'anyOf' at the top of the input schema breaks clients"},
      {[](BoundProcedure& each) { each.declaration.input_schema["allOf"] = Json::array(); },
       "declaring 'word.echo': 'allOf' at the top of the input schema breaks clients"},
      {[](BoundProcedure& each) { each.declaration.input_schema.erase("type"); },
       "declaring 'word.echo': the input schema must have 'type: object' at the top"},
      {[](BoundProcedure& each) { each.declaration.input_schema = Json::array(); },
       "declaring 'word.echo': the input schema must have 'type: object' at the top"},
      {[](BoundProcedure& each) { each.declaration.positional = "words"; },
       "declaring 'word.echo': 'words' is positional, but no property of the input"},
      {[](BoundProcedure& each) { each.handler = nullptr; },
       "declaring 'word.echo': it has no handler"},
      {[](BoundProcedure& each) {
         each.declaration.input_schema["properties"]["word"]["type"] = "text";
       },
       "word.echo: compiling a schema: "},
      {[](BoundProcedure& each) { each.declaration.output_schema["type"] = "text"; },
       "word.echo: compiling a schema: "},
  }));
  BoundProcedure procedure = {echo_procedure(), echo};
  REQUIRE(Catalog::create({procedure}).has_value());
  refused.spoil(procedure);
  const auto catalog = Catalog::create({procedure});
  REQUIRE_FALSE(catalog.has_value());
  CHECK(catalog.error().kind == ErrorKind::InvalidArgument);
  CHECK(catalog.error().message.starts_with(refused.message));
}

TEST_CASE("a description is measured in characters, not bytes") {
  Procedure procedure = echo_procedure();
  procedure.description.clear();
  for (int i = 0; i < 1500; ++i) procedure.description += "ü";
  CHECK(Catalog::create({{procedure, echo}}).has_value());
}

TEST_CASE("two procedures share neither key nor route") {
  Procedure other = echo_procedure();
  other.http_path = "/v1/other";
  auto catalog = Catalog::create({{echo_procedure(), echo}, {other, echo}});
  REQUIRE_FALSE(catalog.has_value());
  CHECK(catalog.error().message == "declaring 'word.echo': the key is taken");

  other = echo_procedure();
  other.key = {"other"};
  catalog = Catalog::create({{echo_procedure(), echo}, {other, echo}});
  REQUIRE_FALSE(catalog.has_value());
  CHECK(catalog.error().message == "declaring 'other': the route POST /v1/word/echo is taken");
}

TEST_CASE("the OpenAPI document is the golden one") {
  test::check_golden(
      "openapi.json",
      openapi_document({shell_procedure(), echo_procedure()}, "1.2.3").dump(2) + "\n");
}

// Follows every `$ref` of `node` through `document`; returns those that lead nowhere.
void collect_dangling(const Json& node, const Json& document, std::vector<std::string>& dangling) {
  if (node.is_object() && node.contains("$ref")) {
    const auto target = node["$ref"].get<std::string>();
    if (!document.contains(Json::json_pointer(target.substr(1)))) dangling.push_back(target);
  }
  if (!node.is_structured()) return;
  for (const Json& inner : node) collect_dangling(inner, document, dangling);
}

TEST_CASE("every reference of the OpenAPI document leads somewhere") {
  const Json document = openapi_document({shell_procedure(), echo_procedure()}, "1.2.3");
  std::vector<std::string> dangling;
  collect_dangling(document, document, dangling);
  CHECK(dangling.empty());
  CHECK(document["paths"].contains("/v1/word/echo"));
}

}  // namespace
}  // namespace lightfast::contract
