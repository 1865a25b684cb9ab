#include <chrono>
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

TEST_CASE("an error that went through another server reads as it does there") {
  const auto error = GENERATE(values<Error>({
      {ErrorKind::InvalidArgument, "field 'limit' must be an integer", "limit"},
      {ErrorKind::InvalidArgument, "the input must be an object"},
      {ErrorKind::PermissionDenied, "the key may not do this"},
      {ErrorKind::NotFound, "no entity 'pr:1'"},
      {ErrorKind::LimitExceeded, "256 wait already", {}, std::chrono::seconds(7)},
      {ErrorKind::Unavailable, "no snapshot of the repository yet"},
      {ErrorKind::Internal, "secret detail"},
  }));
  const auto there = error_body(error, request());
  const auto here = error_from(there);
  REQUIRE(here);
  CHECK(here->kind == error.kind);
  CHECK(here->field == error.field);
  CHECK(here->retry_after == error.retry_after);
  const RequestId own{"99999999-3c1d-4f6e-9d2b-5a7c8e1f2a3b"};
  CHECK(error_text(*here, own) == error_text(error, request()));
  CHECK(error_body(*here, own) == there);
}

TEST_CASE("every code is taken for a kind that has its words") {
  struct Case {
    std::string code;
    int status;
    ErrorKind kind;
  };
  const auto given = GENERATE(values<Case>({
      {"UNAUTHORIZED", 401, ErrorKind::PermissionDenied},
      {"METHOD_NOT_ALLOWED", 405, ErrorKind::Unavailable},
      {"PAYLOAD_TOO_LARGE", 413, ErrorKind::LimitExceeded},
      {"UNSUPPORTED_MEDIA_TYPE", 415, ErrorKind::Unavailable},
      {"OF_A_LATER_VERSION", 409, ErrorKind::InvalidArgument},
      {"OF_A_LATER_VERSION", 507, ErrorKind::Unavailable},
  }));
  const auto error = error_from(
      {{"defined", true}, {"code", given.code}, {"status", given.status}, {"message", "a\nb"}});
  REQUIRE(error);
  CHECK(*error == Error{given.kind, "a b"});
}

TEST_CASE("what is no error object is none, and odd members are passed over") {
  const auto text = GENERATE(as<std::string>{}, "null", "[]", "{}", R"({"code": "NOT_FOUND"})",
                             R"({"message": "x"})", R"({"code": 404, "message": "x"})",
                             R"({"code": "NOT_FOUND", "message": ["x"]})");
  INFO(text);
  CHECK_FALSE(error_from(Json::parse(text)));
  const auto data = GENERATE(as<std::string>{}, "5", "[]", R"({"field": 5})",
                             R"({"retryAfterSeconds": -5})", R"({"retryAfterSeconds": 1e300})",
                             R"({"retryAfterSeconds": 99999999999})", R"({"requestId": {}})");
  INFO(data);
  const Json body = {{"code", "NOT_FOUND"}, {"message", "x"}, {"data", Json::parse(data)}};
  CHECK(error_from(body) == Error{ErrorKind::NotFound, "x"});
}

}  // namespace
}  // namespace lightfast::contract
