#include <chrono>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/remote/answer.h"

namespace lightfast::remote {
namespace {

const contract::Schema& numbers() {
  static const auto schema = contract::Schema::compile(
      {{"type", "object"},
       {"properties", {{"n", {{"type", "integer"}}}, {"more", {{"default", 5}}}}},
       {"required", {"n"}}});
  return *schema;
}

Result<Json> read(const web::Answer& answer, bool with_key = true) {
  return output_of(
      answer,
      {.url = "https://host/x", .procedure = "count", .output = numbers(), .with_key = with_key});
}

std::string error_object(const std::string& code, int status) {
  return Json({{"defined", true}, {"code", code}, {"status", status}, {"message", "why"}}).dump();
}

TEST_CASE("an output that fits its schema is believed", "[answer]") {
  const auto output = read({.status = 200, .body = R"({"n": 3, "unknown": [1]})"});
  REQUIRE(output);
  CHECK((*output)["n"] == 3);
  CHECK((*output)["unknown"] == Json::array({1}));
}

struct Refused {
  web::Answer answer;
  ErrorKind kind;
  std::string words;  // the whole message
};

TEST_CASE("every other answer is an error of its kind that names the server", "[answer]") {
  const auto refused = GENERATE(values<Refused>({
      {{.status = 200, .body = "<html>"},
       ErrorKind::Corrupt,
       "'https://host/x' does not answer as a lightfast server: its answer is not JSON"},
      {{.status = 200, .body = "{\"n\": \"\xff\"}"},
       ErrorKind::Corrupt,
       "'https://host/x' does not answer as a lightfast server: its answer is not JSON"},
      {{.status = 200, .body = R"({"n": "3"})"},
       ErrorKind::Corrupt,
       "'https://host/x' does not answer as a lightfast server: its answer is no output of "
       "'count', at 'n'"},
      {{.status = 200, .body = std::string(100, '[')},
       ErrorKind::Corrupt,
       "'https://host/x' does not answer as a lightfast server: its answer: nested more than 64 "
       "levels deep"},
      {{.status = 206, .body = R"({"n": 3})"},
       ErrorKind::Corrupt,
       "'https://host/x' does not answer as a lightfast server: status 206"},
      {{.status = 301, .location = "https://other/\x1b"},
       ErrorKind::Unavailable,
       "'https://host/x' redirects to 'https://other/\\x1B', and redirects are not followed: give "
       "the URL where the server is as --base-url"},
      {{.status = 304, .reason = "Not Modified"},
       ErrorKind::Unavailable,
       "'https://host/x' answered 304 Not Modified"},
      {{.status = 401, .body = error_object("UNAUTHORIZED", 401)},
       ErrorKind::PermissionDenied,
       "the server refused the API key: why"},
      {{.status = 401, .reason = "Unauthorized"},
       ErrorKind::PermissionDenied,
       "the server refused the API key: 'https://host/x' answered 401 Unauthorized"},
      {{.status = 403, .reason = "Forbidden", .body = "no\nentry"},
       ErrorKind::PermissionDenied,
       "'https://host/x' answered 403 Forbidden: no entry"},
      {{.status = 404},
       ErrorKind::Unavailable,
       "is --base-url that of a lightfast server?: 'https://host/x' answered 404"},
      {{.status = 404, .body = error_object("NOT_FOUND", 404)}, ErrorKind::NotFound, "why"},
      {{.status = 413}, ErrorKind::LimitExceeded, "'https://host/x' answered 413"},
      {{.status = 500, .body = error_object("INTERNAL_SERVER_ERROR", 500)},
       ErrorKind::Internal,
       "why"},
      {{.status = 502, .reason = "Bad Gateway", .body = std::string(500, 'x')},
       ErrorKind::Unavailable,
       "'https://host/x' answered 502 Bad Gateway: " + std::string(200, 'x') + "..."},
      {{.status = 504, .body = "{}"}, ErrorKind::Unavailable, "'https://host/x' answered 504: {}"},
  }));
  INFO(refused.answer.status << " " << refused.answer.body);
  const auto output = read(refused.answer);
  REQUIRE_FALSE(output);
  CHECK(output.error().kind == refused.kind);
  CHECK(output.error().message == refused.words);
}

TEST_CASE("a server that asks for a key is answered with where it belongs", "[answer]") {
  const auto output =
      read({.status = 401, .body = error_object("UNAUTHORIZED", 401)}, /*with_key=*/false);
  REQUIRE_FALSE(output);
  CHECK(output.error().message ==
        "the server asks for an API key, in LIGHTFAST_API_KEY or by --api-key-file: why");
}

TEST_CASE("when to try again is taken from the header where the body does not say", "[answer]") {
  using std::chrono::seconds;
  const auto waits = [](const web::Answer& answer) { return read(answer).error().retry_after; };
  CHECK(waits({.status = 429, .retry_after = "30"}) == seconds(30));
  CHECK(waits({.status = 503, .retry_after = "30"}) == seconds(30));
  CHECK(waits({.status = 503, .retry_after = "999999999"}) == seconds(86400));
  CHECK(waits({.status = 429, .retry_after = "Fri, 31 Dec 1999 23:59:59 GMT"}) == seconds(0));
  CHECK(waits({.status = 429, .retry_after = "-3"}) == seconds(0));
  const auto body = error_object("TOO_MANY_REQUESTS", 429);
  CHECK(waits({.status = 429, .retry_after = "4", .body = body}) == seconds(4));
  auto with_data = Json::parse(body);
  with_data["data"]["retryAfterSeconds"] = 9;
  CHECK(waits({.status = 429, .retry_after = "4", .body = with_data.dump()}) == seconds(9));
  CHECK(read({.status = 429, .retry_after = "4"}).error().message ==
        "'https://host/x' answered 429, try again in 4 s");
}

}  // namespace
}  // namespace lightfast::remote
