#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/ranking_fixture.h"
#include "tools/ranking/closeness.h"
#include "tools/ranking/snippet.h"

namespace lightfast::ranking {
namespace {

double bonus(const std::string& question, const Text& text) {
  const test::Index index;
  const auto terms = terms_of(question, index.words());
  const std::vector<double> rarity(terms.size(), 2.0);
  const auto whole = Words::whole(index.database()).value();
  Closeness closeness(terms, rarity, 10, {.stems = index.words(), .whole = whole});
  closeness.take(text);
  return closeness.scores().at(0).bonus;
}

TEST_CASE("words that stand together count more than the same apart", "[ranking]") {
  const std::string apart =
      "retry " + std::string("this word that one another still more ") + "upload";
  CHECK(bonus("retry upload", {"", "a retry of the upload"}) > bonus("retry upload", {"", apart}));
  CHECK(bonus("retry upload", {"", "upload then retry"}) > bonus("retry upload", {"", apart}));
}

TEST_CASE("words in the title, and spelled alike, count more", "[ranking]") {
  CHECK(bonus("retry", {"retry", ""}) > bonus("retry", {"", "retry"}));
  CHECK(bonus("retry", {"", "retry"}) > bonus("retry", {"", "retried"}));
  CHECK(bonus("retry", {"", "nothing"}) == 0);
}

TEST_CASE("a text of many megabytes is looked at for as long as it is worth", "[ranking]") {
  std::string body;
  for (int i = 0; i < 500'000; ++i) body += "filler ";
  CHECK(bonus("retry", {"", body + "retry"}) == 0);
}

std::string snippet(const std::string& text, const StemWeights& weights, std::size_t most = 120) {
  const test::Index index;
  return snippet_of(text, weights, index.words(), most);
}

TEST_CASE("a snippet shows where the question's words are", "[ranking]") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "filler" + std::to_string(i) + " words\n";
  const auto at = text.find("filler120");
  text.insert(at, "here we retry the uploads ");
  const auto shown = snippet(text, {{"retri", 1}, {"upload", 1}});
  CHECK_THAT(shown, Catch::Contains("retry the uploads"));
  CHECK(shown.size() <= 120);
  CHECK(shown.starts_with("\xE2\x80\xA6"));
  CHECK(shown.ends_with("\xE2\x80\xA6"));
  CHECK(shown.find('\n') == std::string::npos);
}

TEST_CASE("a snippet of a short text is all of it, of one without matches its beginning",
          "[ranking]") {
  CHECK(snippet("a\r\n\n  b\x1B[31m", {}) == "a b\\x1B[31m");
  CHECK(snippet("", {{"a", 1}}).empty());
  const auto start = snippet(std::string(500, 'x') + " retry", {{"other", 1}});
  CHECK(start.starts_with("xxx"));
  CHECK(start.size() <= 120);
  CHECK(snippet(std::string(99, ' ') + std::string(200, '\xC3') + "\xA4", {}).size() <= 900);
}

}  // namespace
}  // namespace lightfast::ranking
