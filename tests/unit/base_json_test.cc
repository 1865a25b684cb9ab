#include <string>
#include <string_view>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

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
  CHECK(why_not_parsed(nested.text, nested.depth).empty());
  if (nested.depth > 0) CHECK_FALSE(why_not_parsed(nested.text, nested.depth - 1).empty());
}

TEST_CASE("millions of brackets are counted", "[json]") {
  CHECK(why_not_parsed(std::string(5'000'000, '['), 64) == "nested more than 64 levels deep");
}

TEST_CASE("the members of each object are counted by themselves", "[json]") {
  std::string most;
  for (std::size_t i = 0; i < kMostMembers; ++i) most += "\"k:\":1,";
  CHECK(why_not_parsed("{" + most + "}", 9).empty());
  CHECK(why_not_parsed("[{" + most + "},{" + most + "}]", 9).empty());
  CHECK(
      why_not_parsed("{\"a\":{" + most + "}," + most.substr(0, most.size() - 7) + "}", 9).empty());
  CHECK(why_not_parsed("{" + most + "\"b\":1}", 9) == "an object has more than 4096 members");
  CHECK_FALSE(why_not_parsed("{" + most + "\"b\":{}," + most + "}", 9).empty());
  CHECK_FALSE(why_not_parsed("{\"a\":{" + most + "\"b\":1}}", 9).empty());
  CHECK_FALSE(why_not_parsed(std::string(5'000, ':'), 9).empty());
}

TEST_CASE("control characters are shown wherever they are in a value") {
  const Json value = {{"a\x1B", "\xC2\x9Bm"}, {"list", {"x\x7F", 1, nullptr, {{"deep", "\n"}}}}};
  CHECK(visible(value) ==
        Json{{R"(a\x1B)", R"(\xC2\x9Bm)"}, {"list", {R"(x\x7F)", 1, nullptr, {{"deep", "\n"}}}}});
}

}  // namespace
}  // namespace lightfast
