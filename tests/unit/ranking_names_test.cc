#include <string>

#include <catch2/catch.hpp>

#include "tools/ranking/names.h"

namespace lightfast::ranking {
namespace {

TEST_CASE("names are told from words", "[ranking]") {
  for (const auto* name : {"retry_uploads", "src/a.cc", "LIN-482", "sha256sum", "parseUrl", "TLS"})
    CHECK(is_name_like(name));
  for (const auto* word : {"retry", "Uploads", "x1", "", "2026", "---"})
    CHECK_FALSE(is_name_like(word));
}

TEST_CASE("the names of texts are those in any of them, each once", "[ranking]") {
  CHECK(names_of({"Fix parseUrl in src/url.cc.",
                  "As parseUrl does (see LIN-482): no more words, --no-cache, ok?"}) ==
        "parseUrl src/url.cc LIN-482 no-cache");
}

TEST_CASE("what is written without spaces counts as a name", "[ranking]") {
  CHECK(names_of({"\u518D\u8A66\u884C and more"}) == "\u518D\u8A66\u884C");
  std::string long_text;
  for (int i = 0; i < 10'000; ++i) long_text += "\u518D\u8A66";
  CHECK(names_of({long_text}).size() <= 4096);
}

}  // namespace
}  // namespace lightfast::ranking
