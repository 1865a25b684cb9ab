#include <set>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/error.h"

namespace lightfast::contract {
namespace {

RequestId request() { return {"0b9f6a0e-3c1d-4f6e-9d2b-5a7c8e1f2a3b"}; }

TEST_CASE("each kind of error has its code, its status and its plain words") {
  struct Case {
    ErrorKind kind;
    std::string code;
    int status;
    std::string words;
  };
  const auto expected = GENERATE(values<Case>({
      {ErrorKind::InvalidArgument, "BAD_REQUEST", 400, "bad request: "},
      {ErrorKind::PermissionDenied, "FORBIDDEN", 403, "not permitted: "},
      {ErrorKind::NotFound, "NOT_FOUND", 404, "not found: "},
      {ErrorKind::LimitExceeded, "TOO_MANY_REQUESTS", 429, "limit reached: "},
      {ErrorKind::Internal, "INTERNAL_SERVER_ERROR", 500, "internal error: "},
      {ErrorKind::Timeout, "UNAVAILABLE", 503, "timed out: "},
      {ErrorKind::Unavailable, "UNAVAILABLE", 503, "unavailable: "},
      {ErrorKind::Corrupt, "UNAVAILABLE", 503, "damaged data: "},
  }));
  const Error error{expected.kind, "reading 'x': why"};
  const Json body = error_body(error, request());
  CHECK(body["code"] == expected.code);
  CHECK(body["status"] == expected.status);
  CHECK(body["defined"] == (expected.kind != ErrorKind::Internal));
  CHECK(error_text(error, request()).starts_with(expected.words));
}

TEST_CASE("a bad request says which field and why") {
  const Error one{ErrorKind::InvalidArgument, "field 'limit' must be an integer", "limit"};
  CHECK(error_body(one, request())["data"] == Json({{"field", "limit"}, {"reason", one.message}}));
  const Error several{ErrorKind::InvalidArgument, "the input must be an object"};
  CHECK(error_body(several, request())["data"] == Json({{"reason", several.message}}));
}

TEST_CASE("an internal error tells the request's id and nothing else") {
  const Error error{ErrorKind::Internal, "secret detail"};
  const Json body = error_body(error, request());
  CHECK(body["data"] == Json({{"requestId", request().value}}));
  CHECK(body.dump().find("secret") == std::string::npos);
  CHECK(error_text(error, request()) ==
        "internal error: the request failed inside the server; its log has the reason under "
        "request " +
            request().value);
}

TEST_CASE("a message with foreign bytes becomes one line of valid UTF-8") {
  const Error error{ErrorKind::NotFound, "opening 'a\xff\nb': no such file"};
  CHECK(error_text(error, request()) == "not found: opening 'a\\xFF b': no such file");
  CHECK(error_body(error, request())["message"] == "opening 'a\\xFF b': no such file");
}

TEST_CASE("the codes are listed once each in the order of their statuses") {
  int last = 0;
  std::set<std::string_view> names;
  for (const ErrorCode& code : error_codes()) {
    CHECK(code.status > last);
    CHECK(names.insert(code.name).second);
    last = code.status;
  }
  CHECK(names.size() == 10);
}

}  // namespace
}  // namespace lightfast::contract
