#include <string>

#include <catch2/catch.hpp>

#include "mcp/message.h"

namespace lightfast::mcp {
namespace {

Message parse_one(const std::string& line) { return std::get<Message>(parse_line(line)); }

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST_CASE("a well-formed line becomes the message it is") {
  struct Case {
    const char* line;
    Message expected;
  };
  const Case cases[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", Request{{"1"}, "ping", Json::object()}},
      {R"({"jsonrpc":"2.0","id":"a\"b","method":"ping","params":{}})",
       Request{{R"("a\"b")"}, "ping", Json::object()}},
      {R"({"jsonrpc":"2.0","id":-9007199254740993,"method":"m","params":{"x":[1]}})",
       Request{{"-9007199254740993"}, "m", Json::parse(R"({"x":[1]})")}},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"m"})",
       Request{{"18446744073709551615"}, "m", Json::object()}},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r",
       Request{{"1"}, "ping", Json::object()}},
      {R"({"jsonrpc":"2.0","method":"notifications/initialized"})",
       Notification{"notifications/initialized", Json::object()}},
      {R"({"jsonrpc":"2.0","method":"n","params":[1]})", Ignored{}},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", Answered{{"1"}, Json::object()}},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})",
       Answered{{"1"},
                std::unexpected(
                    ProtocolError{ErrorCode::Internal, "no", {{"code", -1}, {"message", "no"}}})}},
      {R"({"jsonrpc":"2.0","id":1,"error":7})",
       Answered{{"1"}, std::unexpected(ProtocolError{ErrorCode::Internal, "error", 7})}},
      {R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}})", Ignored{}},
      {R"({"jsonrpc":"1.0","id":{},"result":3})", Ignored{}},
  };
  for (const auto& test : cases) {
    INFO(test.line);
    CHECK(parse_one(test.line) == test.expected);
  }
}

TEST_CASE("what is no message is malformed, with the id where one can be read") {
  struct Case {
    std::string line;
    ErrorCode code;
    std::string id;
  };
  const Case cases[] = {
      {"", ErrorCode::ParseError, "null"},
      {"hello", ErrorCode::ParseError, "null"},
      {R"({"jsonrpc":"2.0","id":1)", ErrorCode::ParseError, "null"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"} x)", ErrorCode::ParseError, "null"},
      {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", ErrorCode::ParseError, "null"},
      {nested(kMaxNesting + 1), ErrorCode::ParseError, "null"},
      {nested(2'000'000), ErrorCode::ParseError, "null"},
      {"[]", ErrorCode::InvalidRequest, "null"},
      {"7", ErrorCode::InvalidRequest, "null"},
      {"null", ErrorCode::InvalidRequest, "null"},
      {"{}", ErrorCode::InvalidRequest, "null"},
      {R"({"id":1,"method":"ping"})", ErrorCode::InvalidRequest, "1"},
      {R"({"jsonrpc":"1.0","id":"x","method":"ping"})", ErrorCode::InvalidRequest, "\"x\""},
      {R"({"jsonrpc":2.0,"id":1,"method":"ping"})", ErrorCode::InvalidRequest, "1"},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", ErrorCode::InvalidRequest, "null"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", ErrorCode::InvalidRequest, "null"},
      {R"({"jsonrpc":"2.0","id":[1],"method":"ping"})", ErrorCode::InvalidRequest, "null"},
      {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", ErrorCode::InvalidRequest, "null"},
      {R"({"jsonrpc":"2.0","id":5})", ErrorCode::InvalidRequest, "5"},
      {R"({"jsonrpc":"2.0","id":5,"method":7})", ErrorCode::InvalidRequest, "5"},
      {R"({"jsonrpc":"2.0","id":5,"method":"m","params":[1]})", ErrorCode::InvalidParams, "5"},
      {R"({"jsonrpc":"2.0","id":5,"method":"m","params":null})", ErrorCode::InvalidParams, "5"},
  };
  for (const auto& test : cases) {
    INFO(test.line.substr(0, 100));
    const Message message = parse_one(test.line);
    const auto* malformed = std::get_if<Malformed>(&message);
    REQUIRE(malformed != nullptr);
    CHECK(malformed->error.code == test.code);
    CHECK(malformed->id.json == test.id);
    CHECK(malformed->error.message.find('\n') == std::string::npos);
  }
}

TEST_CASE("brackets inside strings do not count as nesting") {
  const std::string brackets(1000, '[');
  const std::string line =
      R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"x":"\"\\)" + brackets + R"("}})";
  CHECK(std::holds_alternative<Request>(parse_one(line)));
  CHECK(std::holds_alternative<Malformed>(parse_one(nested(kMaxNesting + 1))));
}

TEST_CASE("nesting is allowed to its limit") {
  // The message and its params are two levels.
  const std::string line =
      R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"x":)" + nested(kMaxNesting - 2) + "}}";
  CHECK(std::holds_alternative<Request>(parse_one(line)));
}

TEST_CASE("an array is a batch of its messages, up to a limit") {
  const Incoming two = parse_line(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},3])");
  const auto& messages = std::get<Batch>(two).messages;
  REQUIRE(messages.size() == 2);
  CHECK(std::holds_alternative<Request>(messages[0]));
  CHECK(std::holds_alternative<Malformed>(messages[1]));

  const auto batch_of = [](std::size_t count) { return Json(std::vector<int>(count, 0)).dump(); };
  CHECK(std::holds_alternative<Batch>(parse_line(batch_of(kMaxBatchMessages))));
  CHECK(std::holds_alternative<Message>(parse_line(batch_of(kMaxBatchMessages + 1))));
}

TEST_CASE("a response is one line, whatever it says") {
  CHECK(response_text({"7"}, Outcome(R"({"a":1})")) ==
        R"({"jsonrpc":"2.0","id":7,"result":{"a":1}})");
  const ProtocolError error{ErrorCode::InvalidParams, "a\nb\xff", {{"k", 1}}};
  CHECK(response_text({"\"x\""}, std::unexpected(error)) ==
        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"error\":{\"code\":-32602,\"message\":"
        "\"a\\nb\xEF\xBF\xBD\","
        "\"data\":{\"k\":1}}}");
}

}  // namespace
}  // namespace lightfast::mcp
