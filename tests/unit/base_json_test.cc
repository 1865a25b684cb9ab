#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "base/json.h"

namespace lightfast {
namespace {

struct Nested {
  std::string_view text;
  std::size_t depth;
};

TEST_CASE("nesting is counted outside of strings, and in text that is no JSON", "[json]") {
  const auto nested = GENERATE(values<Nested>({
      {"", 0},
      {"1", 0},
      {"[]", 1},
      {"[[],[{}]]", 3},
      {R"({"a": "[[[["})", 1},
      {R"({"a\"[[[": ["]"]})", 2},
      {R"("[[)", 0},
      {R"("\)", 0},
      {"]]][", 1},
      {"[[[", 3},
  }));
  INFO(nested.text);
  CHECK_FALSE(is_nested_deeper_than(nested.depth, nested.text));
  if (nested.depth > 0) CHECK(is_nested_deeper_than(nested.depth - 1, nested.text));
}

TEST_CASE("millions of brackets are counted", "[json]") {
  CHECK(is_nested_deeper_than(64, std::string(5'000'000, '[')));
}

}  // namespace
}  // namespace lightfast
