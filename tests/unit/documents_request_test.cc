#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/documents/document.h"

namespace lightfast::documents {
namespace {

const Json least = {
    {"id", "a"}, {"title", "t"}, {"body", "b"}, {"source", "wiki"}, {"type", "page"}};

Json with(const char* field, Json value) {
  Json document = least;
  document[field] = std::move(value);
  return document;
}

Json request(Json document) { return {{"documents", {least, std::move(document)}}}; }

TEST_CASE("documents are read as they are written", "[documents]") {
  const auto reader = Reader::create().value();
  const Document whole{.id = "wiki/\u00fc \"1\"\n",
                       .source = "wiki",
                       .type = "page",
                       .title = "",
                       .body = std::string("a\0b", 3),
                       .url = "https://acme.test/1",
                       .subject = "page:1",
                       .occurred_at = parse_moment("2026-03-01T12:00:00.250Z"),
                       .metadata = {{"b", {1, nullptr}}, {"a", true}}};
  const auto read = reader.documents({{"documents", {to_json(whole), least}}});
  REQUIRE(read.has_value());
  CHECK(read->at(0) == whole);
  CHECK(read->at(1) ==
        Document{.id = "a", .source = "wiki", .type = "page", .title = "t", .body = "b"});
  CHECK(reader.document(to_json(whole).dump()).value() == whole);
}

TEST_CASE("the field at fault is named", "[documents]") {
  const auto reader = Reader::create().value();
  const std::vector<std::pair<Json, std::string>> cases = {
      {{{"documents", Json::array()}}, "documents"},
      {{{"documents", "x"}}, "documents"},
      {Json::object(), "documents"},
      {{{"documents", {least}}, {"more", 1}}, "more"},
      {request(with("id", "")), "documents[1].id"},
      {request(with("id", std::string(kMaxId + 1, 'x'))), "documents[1].id"},
      {request(with("id", 7)), "documents[1].id"},
      {request(with("title", std::string(kMaxTitle + 1, 'x'))), "documents[1].title"},
      {request(with("body", nullptr)), "documents[1].body"},
      {request(with("body", std::string(kMaxBody + 1, 'x'))), "documents[1].body"},
      {request(with("source", "")), "documents[1].source"},
      {request(with("type", std::string(65, 'x'))), "documents[1].type"},
      {request(with("url", "")), "documents[1].url"},
      {request(with("occurredAt", "yesterday")), "documents[1].occurredAt"},
      {request(with("subject", Json::array())), "documents[1].subject"},
      {request(with("metadata", "x")), "documents[1].metadata"},
      {request(with("metadata", {{"x", std::string(kMaxMetadata, 'x')}})), "documents[1].metadata"},
      {request(with("tags", Json::array())), "documents[1].tags"},
      {{{"documents", Json(std::vector<Json>(kMaxDocuments + 1, least))}}, "documents"}};
  for (const auto& [sent, field] : cases) {
    const auto read = reader.documents(sent);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::InvalidArgument);
    CHECK(read.error().field == field);
  }
}

TEST_CASE("the largest request that may be is taken", "[documents]") {
  const auto reader = Reader::create().value();
  const auto largest = with("body", std::string(kMaxBody, 'x'));
  CHECK(reader.documents(request(largest)).has_value());
  const Json many = {{"documents", Json(std::vector<Json>(kMaxDocuments, least))}};
  CHECK(reader.documents(many).has_value());
}

TEST_CASE("what is no JSON, or nested without end, is refused", "[documents]") {
  for (const auto& text : {std::string("{"), std::string("\"\xff\""), std::string(),
                           std::string(R"("\ud800")"), std::string(100'000, '[')}) {
    const auto read = parse(text);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::InvalidArgument);
  }
}

TEST_CASE("contents share an answer, and say where they are cut", "[documents]") {
  const Document small{.id = "s", .source = "wiki", .type = "page", .title = "t", .body = "small"};
  const Document large{.id = "l",
                       .source = "wiki",
                       .type = "page",
                       .title = "t",
                       .body = std::string(kMaxBody, 'x')};
  const auto answer =
      contents_answer({.ids = {"s", "gone", "l"}}, {small, large}, RequestId{"request"});
  CHECK(answer["items"][0]["content"] == "small");
  CHECK_FALSE(answer["items"][0].contains("cut"));
  CHECK(answer["items"][0]["url"].is_null());
  CHECK(answer["items"][1]["content"].get<std::string>().size() == kMaxContents / 2);
  CHECK(answer["items"][1]["cut"] ==
        "bytes 0 to 131072 of 1048576; for the rest ask for this id alone with offset 131072");
  CHECK(answer["missing"] == Json::array({"gone"}));
  CHECK(answer["requestId"] == "request");
}

TEST_CASE("the largest answer stays below what is read of one", "[documents]") {
  Document large{.id = "l", .source = "wiki", .type = "page", .title = "t"};
  large.body = std::string(kMaxBody, '"');
  large.metadata = {{"note", std::string(kMaxMetadata - 20, 'm')}};
  std::vector<Document> found(50, large);
  CHECK(contents_answer({.ids = {}}, found, {}).dump().size() < 1 << 20);
}

TEST_CASE("an offset within a character begins with the character", "[documents]") {
  const Document document{
      .id = "a", .source = "wiki", .type = "page", .title = "t", .body = "x\u00e4y"};
  const auto content = [&](std::size_t offset) {
    return contents_answer({.ids = {"a"}, .offset = offset}, {document}, {})["items"][0]["content"];
  };
  CHECK(content(2) == "\u00e4y");
  CHECK(content(3) == "y");
  CHECK(content(99) == "");
}

}  // namespace
}  // namespace lightfast::documents
