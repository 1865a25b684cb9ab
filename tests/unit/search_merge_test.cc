#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tools/search/merge.h"

namespace lightfast::search {
namespace {

using contract::SearchResult;

const Moment kTime = parse_moment("2026-03-01T12:00:00Z").value();

Head head(const std::string& id, const std::string& subject = "pr:acme/web#1") {
  return {.id = id,
          .source = "github",
          .type = "pull_request.opened",
          .subject = subject,
          .title = "Title of " + id,
          .occurred_at = kTime,
          .url = "https://github.test/" + id};
}

Hit hit(const std::string& id, double score, const std::string& subject) {
  return {.seq = 1, .score = score, .head = head(id, subject)};
}

SearchResult recalled(const std::string& id, double score) {
  return {.id = id,
          .title = "Recalled " + id,
          .snippet = "",
          .score = score,
          .source = "archive",
          .type = "document"};
}

std::string order(const Ranking& ranking, const std::vector<SearchResult>& results) {
  std::string ids;
  for (const auto& entry : merged(ranking, results)) {
    if (entry.hit) ids += ranking.hits[*entry.hit].head->id;
    if (entry.hit && entry.recalled) ids += "=";
    if (entry.recalled) ids += entry.recalled->id;
    ids += " ";
  }
  return ids;
}

TEST_CASE("both lists are one, each by its own scale", "[search]") {
  const Ranking ranking{.hits = {hit("a", 1.0, "pr:1"), hit("b", 0.2, "pr:2")}};
  CHECK(order(ranking, {recalled("x", 90), recalled("y", 50)}) == "a x y b ");
  CHECK(order(ranking, {recalled("x", -1), recalled("y", -3)}) == "a x b y ");
  CHECK(order(ranking, {}) == "a b ");
  CHECK(order({}, {recalled("x", 3)}) == "x ");
  CHECK(order({}, {}).empty());
}

TEST_CASE("what both have comes once, and before what one has", "[search]") {
  const Ranking ranking{.hits = {hit("a", 1.0, "pr:1"), hit("b", 0.8, "pr:2")}};
  CHECK(order(ranking, {recalled("b", 9), recalled("x", 8), recalled("b", 1)}) == "b=b a x ");
}

TEST_CASE("an id tells more than a page", "[search]") {
  Ranking ranking{.hits = {hit("a", 1.0, "pr:1"), hit("b", 0.9, "pr:1")}};
  ranking.hits[1].head->url = ranking.hits[0].head->url;
  auto other = recalled("b", 9);
  other.url = ranking.hits[0].head->url;
  other.type = ranking.hits[0].head->type;
  CHECK(order(ranking, {other}) == "b=b a ");
}

TEST_CASE("what was not ranked in time comes behind", "[search]") {
  const Ranking ranking{.hits = {hit("a", 0, "pr:1"), hit("b", 0, "pr:2")}};
  CHECK(order(ranking, {recalled("x", 9), recalled("y", 8)}) == "x y a b ");
}

TEST_CASE("the same thing is told by id, page, or what happened when", "[search]") {
  const auto local = head("a");
  auto other = recalled("other", 1);
  CHECK_FALSE(is_same(local, other));
  CHECK(is_same(local, recalled("a", 1)));

  other.url = "https://github.test/a?id=2";
  other.occurred_at = kTime;
  CHECK_FALSE(is_same(local, other));
  other.occurred_at.reset();
  other.url = "https://github.test/a?utm_source=mail";
  CHECK_FALSE(is_same(local, other));  // another event on the same page
  other.occurred_at = kTime;
  CHECK(is_same(local, other));
  other.url.reset();
  CHECK_FALSE(is_same(local, other));
  other.title = "TITLE of: a!";
  CHECK(is_same(local, other));
  other.subject = "pr:acme/web#2";
  CHECK_FALSE(is_same(local, other));  // two may be called the same
  other.subject.reset();
  other.title = "else";
  other.subject = local.subject;
  CHECK_FALSE(is_same(local, other));
  other.type = local.type;
  CHECK(is_same(local, other));
}

TEST_CASE("of the first ten at most three are about one subject, and none is lost", "[search]") {
  Ranking ranking;
  for (int i = 0; i < 8; ++i)
    ranking.hits.push_back(hit(std::string(1, static_cast<char>('a' + i)), 1.0 - i * 0.01, "pr:1"));
  for (int i = 0; i < 9; ++i)
    ranking.hits.push_back(hit(std::string(1, static_cast<char>('p' + i)), 0.5 - i * 0.01,
                               "pr:" + std::to_string(9 + i)));
  CHECK(order(ranking, {}) == "a b c p q r s t u v d e f g h w x ");
}

TEST_CASE("messages of one talk may fill the answer", "[search]") {
  Ranking ranking;
  for (int i = 0; i < 5; ++i) {
    ranking.hits.push_back(
        hit(std::string(1, static_cast<char>('a' + i)), 1.0 - i * 0.01, "thread:1"));
    ranking.hits.back().head->type = "message.sent";
  }
  ranking.hits.push_back(hit("z", 0.1, "pr:1"));
  CHECK(order(ranking, {}) == "a b c d e z ");
}

TEST_CASE("what the question names stays first", "[search]") {
  Ranking ranking{.hits = {hit("a", 1.0, "pr:1"), hit("b", 1.0, "pr:2")}};
  ranking.hits[0].is_named = true;
  CHECK(order(ranking, {recalled("b", 9)}) == "a b=b ");
}

}  // namespace
}  // namespace lightfast::search
