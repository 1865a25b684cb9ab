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

}  // namespace
}  // namespace lightfast::ranking
