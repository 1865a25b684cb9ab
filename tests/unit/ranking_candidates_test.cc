#include <algorithm>
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include "tests/unit/ranking_fixture.h"
#include "tools/ranking/candidates.h"
#include "tools/ranking/parameters.h"

namespace lightfast::ranking {
namespace {

std::map<std::int64_t, double> scores(const Candidates& candidates) {
  std::map<std::int64_t, double> scores;
  for (const auto& [row, score] : candidates.rows) scores.emplace(row, score);
  return scores;
}

TEST_CASE("scores are those of FTS5's own BM25", "[ranking]") {
  test::Index index;
  index.add_all(300, [](std::int64_t row) {
    std::string body = "words of row " + std::to_string(row);
    if (row % 3 == 0) body += " retry";
    if (row % 7 == 0)
      body += " upload uploads " + std::string(static_cast<std::size_t>(row % 50), 'x');
    return body;
  });
  index.add(301, "retry the upload", "now");
  const auto found = index.find("retry uploads now here");
  REQUIRE(found.has_value());
  CHECK_FALSE(found->is_cut);
  const auto ours = scores(*found);
  auto own = index.database().prepare(
      "SELECT rowid, -bm25(t, 2.0, 1.0) FROM t WHERE t MATCH '\"retry\" OR \"uploads\" OR "
      "\"here\"'");
  std::size_t count = 0;
  REQUIRE(own->run({}, [&](const SqlRow& row) {
    ++count;
    CHECK(ours.at(row.number(0)) == Approx(row.real(1)));
  }));
  CHECK(count == ours.size());
}

TEST_CASE("an index that is opened again and again takes no more memory", "[ranking]") {
  const test::Index index;
  const auto open = [&index] {
    REQUIRE(CandidateFinder::open(index.database(), "t", "n").has_value());
  };
  open();
  const auto before = ::sqlite3_memory_used();
  for (int i = 0; i < 100; ++i) open();
  CHECK(::sqlite3_memory_used() - before < 1000);
}

TEST_CASE("a part of a name is found where no word is like it", "[ranking]") {
  test::Index index;
  index.add(1, "", "calls retry_uploads twice");
  index.add(2, "", "nothing of it");
  CHECK(index.find("ry_uplo")->rows.size() == 1);
  CHECK(index.find("xy")->rows.empty());
}

TEST_CASE("of many rows the most promising are found, and it is said", "[ranking]") {
  test::Index index;
  constexpr std::int64_t kRows = kMostScored * 3;
  index.add_all(kRows, [](std::int64_t row) {
    return std::string("common") + (row == 5 ? " seldom" : "") + (row % 2 == 0 ? " often" : "");
  });
  const auto found = index.find("common seldom");
  REQUIRE(found.has_value());
  CHECK(found->is_cut);
  const auto all = scores(*found);
  CHECK(all.contains(5));      // by its rare word, however old
  CHECK(all.contains(kRows));  // the newest by their common one
  CHECK(static_cast<std::int64_t>(all.size()) < kRows);
  CHECK(all.at(5) > all.at(kRows));

  const auto both = index.find("common often");
  CHECK(both->is_cut);
  CHECK(scores(*both).contains(kRows));
}

TEST_CASE("a search that is late or cancelled gives what it has", "[ranking]") {
  test::Index index;
  index.add_all(20'000, [](std::int64_t) { return std::string("common words"); });
  const auto late = index.find("common words", std::chrono::milliseconds(0));
  REQUIRE(late.has_value());
  CHECK(late->is_cut);
}

TEST_CASE("an empty index, and a question without words, find nothing", "[ranking]") {
  test::Index index;
  CHECK(index.find("anything")->rows.empty());
  index.add(1, "a", "b");
  CHECK(index.find("...")->rows.empty());
}

}  // namespace
}  // namespace lightfast::ranking
