// A small contract for the tests of mcp/: `shout` answers text, `graph.sum` answers structured
// data.
#pragma once

#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "contract/catalog.h"

namespace lightfast::test {

inline contract::ModelView shown_shout(const Json& output) {
  contract::ModelView view;
  view.texts = {output.at("text").get<std::string>(), "[exit 0]"};
  view.is_error = output.at("text").get<std::string>().empty();
  view.meta = {{"lightfast/result", {{"exitCode", 0}}}};
  return view;
}

inline contract::BoundProcedure shout_procedure() {
  contract::Procedure shout;
  shout.key = {"shout"};
  shout.http_path = "/v1/shout";
  shout.title = "Shout";
  shout.summary = "Shouts a text.";
  shout.description = "Answers the text with an exclamation mark.";
  shout.input_schema = Json::parse(
      R"({"type":"object","properties":{"text":{"type":"string"}},"required":["text"],"additionalProperties":false})");
  shout.output_schema = Json::parse(R"({"type":"object","properties":{"text":{"type":"string"}}})");
  shout.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = false};
  shout.scope = "context:read";
  shout.always_loaded = true;
  shout.presentation.for_model = shown_shout;
  return {std::move(shout), [](const Json& input, const contract::CallContext&) -> Result<Json> {
            const auto text = input.at("text").get<std::string>();
            return Json{{"text", text.empty() ? "" : text + "!"}};
          }};
}

inline contract::BoundProcedure sum_procedure() {
  contract::Procedure sum;
  sum.key = {"graph", "sum"};
  sum.http_path = "/v1/graph/sum";
  sum.title = "Sum";
  sum.summary = "Adds two numbers.";
  sum.description = "Answers the sum of two integers.";
  sum.input_schema = Json::parse(
      R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"required":["a","b"],"additionalProperties":false})");
  sum.output_schema = Json::parse(R"({"type":"object","properties":{"sum":{"type":"integer"}}})");
  sum.scope = "context:read";
  return {std::move(sum), [](const Json& input, const contract::CallContext&) -> Result<Json> {
            const int a = input.at("a");
            if (a < 0) return Error{ErrorKind::NotFound, "adding: 'a' is nowhere to be found"};
            return Json{{"sum", a + input.at("b").get<int>()}};
          }};
}

inline contract::Catalog small_catalog() {
  std::vector<contract::BoundProcedure> procedures;
  procedures.push_back(shout_procedure());
  procedures.push_back(sum_procedure());
  auto catalog = contract::Catalog::create(std::move(procedures));
  REQUIRE(catalog.has_value());
  return *std::move(catalog);
}

}  // namespace lightfast::test
