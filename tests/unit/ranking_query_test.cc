#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/ranking_fixture.h"
#include "tools/ranking/query.h"

namespace lightfast::ranking {
namespace {

using Texts = std::vector<std::string>;

Texts texts_of(std::string_view query) {
  const test::Index index;
  Texts texts;
  for (const auto& term : terms_of(query, index.words())) texts.push_back(term.text);
  return texts;
}

TEST_CASE("a question's terms are its words without the common ones, each once", "[ranking]") {
  CHECK(texts_of("How did we retry the upload, and retried uploads?") == Texts{"retry", "upload"});
  CHECK(texts_of("To be, or not to be") == Texts{"to", "be", "or", "not"});
  CHECK(texts_of("  ...!? ").empty());
  CHECK(texts_of("").empty());
}

TEST_CASE("names are looked for whole and in their parts", "[ranking]") {
  CHECK(texts_of("parseHTTPUrl fails") == Texts{"parsehttpurl", "parse", "http", "url", "fails"});
  CHECK(texts_of("retry_uploads") == Texts{"retry_uploads"});
  CHECK(texts_of("src/retry-uploads.cc") == Texts{"src", "retry", "uploads", "cc"});
}

TEST_CASE("marks that are not of ASCII part words as others do", "[ranking]") {
  CHECK(texts_of("retry\u00A0uploads\u2014again") == Texts{"retry", "uploads", "again"});
  CHECK(texts_of("\u201Cretry_uploads\u201D") == Texts{"retry_uploads"});
}

TEST_CASE("of what is written without spaces all threes are looked for", "[ranking]") {
  CHECK(texts_of("\u518D\u8A66\u884C\u306E retry") ==
        Texts{"\u518D\u8A66\u884C\u306E", "\u518D\u8A66\u884C", "\u8A66\u884C\u306E", "retry"});
  CHECK(texts_of("\u691C\u7D22\u3000\u5931\u6557") == Texts{"\u691C\u7D22", "\u5931\u6557"});
  const test::Index index;
  CHECK(terms_of("\u691C\u7D22", index.words()).at(0).quoted() == "\"\u691C\u7D22\"*");
}

TEST_CASE("words are what the index has of them", "[ranking]") {
  const test::Index index;
  const auto words = index.words().of("Retried Größe_42");
  REQUIRE(words.size() == 3);
  CHECK(words[0].text == "retri");
  CHECK(words[1].text == "groß");
  CHECK(words[2].text == "42");
  CHECK(words[1].begin == 8);
}

TEST_CASE("nothing in a question is taken for the query language", "[ranking]") {
  const test::Index index;
  index.add(1, "a title", "of some words");
  for (const auto* text :
       {"\"", "a\"b", "NEAR(a b)", "a AND", "OR OR", "title:words", "^a*", "-a", "(", "{a b}:c",
        "a + b", "'; DROP TABLE t; --", "\xF0\x9F\x98\x80 \xE2\x80\x8B", "*", "%", "a\nb"}) {
    CAPTURE(text);
    CHECK(index.find(text).has_value());
  }
}

TEST_CASE("a long question is cut to its first words", "[ranking]") {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "word" + std::to_string(i) + " ";
  const test::Index index;
  CHECK(terms_of(text, index.words()).size() == kMostTerms);
  CHECK(terms_of(std::string(4000, 'x'), index.words()).empty());
}

}  // namespace
}  // namespace lightfast::ranking
