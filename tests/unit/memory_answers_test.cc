#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/text.h"
#include "tools/memory/answers.h"

namespace lightfast::memory {
namespace {

Json result(const std::string& id) {
  return {{"id", id},
          {"title", "Retry uploads"},
          {"snippet", "uploads are tried again"},
          {"score", 0.5},
          {"source", "github"},
          {"type", "pull_request.merged"},
          {"url", "https://example.com/pull/1"},
          {"occurredAt", "2026-03-01T12:00:00Z"},
          {"subject", "pr:acme/web#1"},
          {"tier", "store"},
          {"reason", "words"}};
}

Json output(Json results) { return {{"results", std::move(results)}, {"total", 7}}; }

contract::SearchResult only(Json one) {
  const auto answer = recalled_from(output(Json::array({std::move(one)})), 10);
  REQUIRE(answer);
  REQUIRE(answer->results.size() == 1);
  return answer->results.front();
}

TEST_CASE("a body that is no answer is said, whatever it is", "[answers]") {
  for (const auto* body : {"", "<html>", "{", "\"\xff\"", "nul", "{} {}"})
    CHECK(parsed(body).error().message == "its answer is not JSON");
  CHECK(parsed(std::string(100'000, '[')).error().message ==
        "its answer: nested more than 64 levels deep");
  for (const auto* text :
       {"null", "[]", "1", "{}", R"({"results": {}})", R"({"results": [1]})",
        R"({"results": [{"score": 1}]})", R"({"results": [{"id": "", "score": 1}]})",
        R"({"results": [{"id": "a"}]})", R"({"results": [{"id": "a", "score": "1"}]})",
        R"({"results": [{"id": 1, "score": 1}]})"}) {
    INFO(text);
    CHECK(recalled_from(*parsed(text), 10).error().kind == ErrorKind::Corrupt);
  }
}

TEST_CASE("an answer is taken as it is", "[answers]") {
  auto said = output({result("e1"), result("e2")});
  said["partial"] = true;
  said["unknown"] = {1, 2};
  const auto answer = recalled_from(said, 10);
  REQUIRE(answer);
  CHECK(answer->results.size() == 2);
  CHECK(answer->total == 7);
  CHECK(answer->partial);
  const auto& first = answer->results.front();
  CHECK(first.id == "e1");
  CHECK(first.title == "Retry uploads");
  CHECK(first.tier == contract::Tier::Memory);
  CHECK(first.url == "https://example.com/pull/1");
  CHECK(first.subject == "pr:acme/web#1");
}

TEST_CASE("more than was asked for is left out, and no total is past belief", "[answers]") {
  Json results = Json::array();
  for (int i = 0; i < 20; ++i) results.push_back(result("e" + std::to_string(i)));
  auto said = output(std::move(results));
  const auto answer = recalled_from(said, 10);
  REQUIRE(answer);
  CHECK(answer->results.size() == 10);
  CHECK(answer->results.back().id == "e9");
  CHECK(answer->total == 10);
  for (const auto& [total, taken] : {std::pair<Json, std::int64_t>{-1, 10},
                                     {INT64_MAX, kMaxTotal},
                                     {UINT64_MAX, 10},
                                     {1e300, 20},
                                     {"9", 20}}) {
    said["total"] = total;
    INFO(total);
    CHECK(recalled_from(said, 10)->total == std::max<std::int64_t>(taken, 10));
  }
}

TEST_CASE("long texts are cut at a character, and control characters shown", "[answers]") {
  auto one = result("e1");
  std::string long_text(1 << 20, 'x');
  long_text.replace(kMaxTitleBytes - 1, 2, "ä");
  one["title"] = long_text;
  one["snippet"] = "a\x1b[31mb\x07\nc" + long_text;
  one["source"] = one["type"] = one["reason"] = "\x1b]0;title\x07" + long_text;
  const auto bounded = only(one);
  CHECK(bounded.title == std::string(kMaxTitleBytes - 1, 'x'));
  CHECK_THAT(bounded.snippet, Catch::StartsWith("a\\x1B[31mb\\x07\nc"));
  CHECK(bounded.snippet.size() < kMaxSnippetBytes + 100);
  for (const auto& line : {bounded.source, bounded.type, bounded.reason}) {
    CHECK_THAT(line, Catch::StartsWith("\\x1B]0;title\\x07"));
    CHECK(line.size() < kMaxReasonBytes + 100);
  }
}

TEST_CASE("an id, URL or subject that cannot be used is not passed on", "[answers]") {
  for (const auto& id :
       {std::string(kMaxIdBytes + 1, 'x'), std::string("a\nb"), std::string("\x1b")})
    CHECK(recalled_from(output({result(id), result("e1")}), 10)->results.size() == 1);
  for (const auto& url : {std::string("javascript:alert(1)"), std::string("file:///etc/passwd"),
                          std::string("x"), "https://host/" + std::string(kMaxUrlBytes, 'x'),
                          std::string("https://a b"), std::string("https://a\x1b[0m")}) {
    auto one = result("e1");
    one["url"] = url;
    INFO(url);
    CHECK_FALSE(only(one).url);
  }
  auto one = result("e1");
  one["subject"] = "a\nb";
  one["occurredAt"] = "yesterday";
  CHECK_FALSE(only(one).subject);
  CHECK_FALSE(only(one).occurred_at);
}

TEST_CASE("scores can be compared and added up", "[answers]") {
  auto one = result("e1");
  one["score"] = 1e308;
  CHECK(only(one).score == 1e9);
  one["score"] = -1e308;
  CHECK(only(one).score == -1e9);
  one["score"] = 12.5;
  CHECK(only(one).score == 12.5);
}

Json item(const std::string& id) {
  return {{"id", id},
          {"title", "Retry uploads"},
          {"source", "github"},
          {"type", "pull_request.merged"},
          {"content", "the whole text"},
          {"metadata", {{"branch", "main"}}}};
}

TEST_CASE("contents are those that were asked for, each once", "[answers]") {
  const auto contents = contents_from(
      {{"items", {item("e1"), item("e1"), item("e9"), item("e2")}}, {"missing", Json::array()}},
      {"e1", "e2", "e3"});
  REQUIRE(contents);
  REQUIRE(contents->size() == 2);
  const auto& first = contents->front();
  CHECK(first.event.id == "e1");
  CHECK(first.event.title == "Retry uploads");
  CHECK(first.event.tier == contract::Tier::Memory);
  CHECK(first.text == "the whole text");
  CHECK(first.metadata["branch"] == "main");
}

TEST_CASE("which part of a text it is, is told by what was cut", "[answers]") {
  auto one = item("e1");
  const auto part_of = [&one](const char* cut) {
    one["cut"] = cut;
    const auto contents = contents_from({{"items", {one}}}, {"e1"});
    REQUIRE(contents);
    return std::pair(contents->front().begin, contents->front().whole);
  };
  CHECK(part_of("bytes 100 to 114 of 3000") == std::pair<std::size_t, std::size_t>(100, 3000));
  CHECK(part_of("bytes 0 to 14 of 20; for the rest ask again") ==
        std::pair<std::size_t, std::size_t>(0, 20));
  for (const auto* cut :
       {"", "bytes", "bytes 1 to 15", "bytes -1 to 13 of 20", "bytes 9 to 14 of 20",
        "bytes 9 to 23 of 20", "bytes 99999999999999999999999 to 1 of 2"})
    CHECK(part_of(cut) == std::pair<std::size_t, std::size_t>(0, 14));
}

TEST_CASE("what is no answer to contents is said", "[answers]") {
  for (const auto* text :
       {"null", "[]", "{}", R"({"items": 1})", R"({"items": [1]})", R"({"items": [[]]})",
        R"({"items": [{"id": "e1"}]})", R"({"items": [{"id": "e1", "content": 1}]})",
        R"({"items": [{"content": "x"}]})"}) {
    INFO(text);
    CHECK(contents_from(*parsed(text), {"e1"}).error().kind == ErrorKind::Corrupt);
  }
}

TEST_CASE("metadata that is too large or no object is left out", "[answers]") {
  auto one = item("e1");
  one["content"] = "a\x1b[0mb";
  for (const Json& metadata : {Json(1), Json::array(), Json{{"x", std::string(100'000, 'x')}}}) {
    one["metadata"] = metadata;
    const auto contents = contents_from({{"items", {one}}}, {"e1"});
    REQUIRE(contents);
    CHECK(contents->front().metadata == Json::object());
    CHECK(contents->front().text == "a\x1b[0mb");
  }
}

}  // namespace
}  // namespace lightfast::memory
