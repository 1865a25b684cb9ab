#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "http/message.h"
#include "http/response_text.h"
#include "http/sse.h"

namespace lightfast::http {
namespace {

TEST_CASE("an event is one field of data for each line of its text") {
  struct Case {
    std::string text, event;
  };
  const auto given = GENERATE(values<Case>({
      {"{}", "data: {}\n\n"},
      {"", "data: \n\n"},
      {"a\nb", "data: a\ndata: b\n\n"},
      {"a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"},
      {"a\n", "data: a\ndata: \n\n"},
      {"event: x\n\ndata: y", "data: event: x\ndata: \ndata: data: y\n\n"},
  }));
  CHECK(sse_event(given.text) == given.event);
}

std::string head_of(const Response& response, const HeadFacts& facts) {
  std::string text;
  append_head(text, response, facts);
  return text;
}

TEST_CASE("a head says what it must, and a field's value cannot end its line") {
  const auto text = head_of({.status = 404, .headers = {{"X-A", "b\r\nX-Evil: c"}}, .body = {}},
                            {.id = "i", .length = 3});
  CHECK_THAT(text, Catch::StartsWith("HTTP/1.1 404 Not Found\r\nDate: "));
  CHECK_THAT(text, Catch::Contains("\r\nX-A: bX-Evil: c\r\n"));
  CHECK_THAT(text, Catch::Contains("\r\nContent-Length: 3\r\n"));
  CHECK_THAT(text, Catch::EndsWith("\r\n\r\n"));
}

TEST_CASE("an answer without a body has no length, one that goes on is chunked") {
  CHECK_THAT(head_of({.status = 204, .headers = {}, .body = {}}, {.id = "", .length = 0}),
             !Catch::Contains("Content-Length"));
  CHECK_THAT(head_of({}, {.id = "", .length = {}, .is_chunked = true}),
             Catch::Contains("Transfer-Encoding: chunked"));
  CHECK_THAT(head_of({}, {.id = "", .length = 0, .keeps_alive = false}),
             Catch::Contains("Connection: close"));
}

TEST_CASE("a media type is compared without its parameters and case") {
  CHECK(media_type("Application/JSON; charset=utf-8") == "application/json");
  CHECK(media_type("application/json ;x") == "application/json");
  CHECK(media_type("").empty());
}

TEST_CASE("a bearer token is what follows the scheme, in any case") {
  const auto token_of = [](std::string value) {
    return bearer_token({.id = {},
                         .method = "GET",
                         .target = "/",
                         .headers = {{"Authorization", std::move(value)}},
                         .body = {},
                         .peer = {}});
  };
  CHECK(token_of("Bearer a.b") == "a.b");
  CHECK(token_of("bEARER a.b") == "a.b");
  for (const auto* none : {"", "Bearer", "Bearer ", "Basic a.b", "a.b"})
    CHECK(token_of(none).empty());
}

}  // namespace
}  // namespace lightfast::http
