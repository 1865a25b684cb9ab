#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "http/request_parser.h"
#include "tests/unit/http_feed.h"

namespace lightfast::http {
namespace {

using State = RequestParser::State;
using test::Read;
using test::read_in_pieces;

Read whole(std::string_view bytes, const RequestLimits& limits = {}) {
  return read_in_pieces(bytes, bytes.size(), limits);
}

constexpr std::string_view kGood =
    "POST /v1/shell?x=1 HTTP/1.1\r\nHost: localhost\r\ncontent-type:  application/json \r\n"
    "X-Two: a\r\nx-two: b\r\nContent-Length: 5\r\n\r\n[1,2]";

TEST_CASE("a request is read whole, in whatever pieces it comes") {
  for (std::size_t piece = 1; piece <= kGood.size(); ++piece) {
    const auto read = read_in_pieces(kGood, piece, {});
    REQUIRE(read.state == State::Done);
    CHECK(read.taken == kGood.size());
    CHECK(read.request.method == "POST");
    CHECK(read.request.target == "/v1/shell?x=1");
    CHECK(read.request.path() == "/v1/shell");
    CHECK(read.request.headers.value("CONTENT-TYPE") == "application/json");
    CHECK(read.request.headers.value("X-Two") == "a, b");
    CHECK(read.request.headers.value("X-Three").empty());
    CHECK(read.request.body == "[1,2]");
  }
}

TEST_CASE("a chunked body is joined, its trailer left out") {
  constexpr std::string_view kChunked =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nAuthorization: Bearer x\r\n\r\n";
  for (std::size_t piece = 1; piece <= kChunked.size(); ++piece) {
    const auto read = read_in_pieces(kChunked, piece, {});
    REQUIRE(read.state == State::Done);
    CHECK(read.request.body == "abcde");
    CHECK_FALSE(read.request.headers.contains("Authorization"));
  }
}

TEST_CASE("a chunked body may be empty") {
  constexpr std::string_view kEmpty =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= kEmpty.size(); ++piece) {
    const auto read = read_in_pieces(kEmpty, piece, {});
    REQUIRE(read.state == State::Done);
    CHECK(read.taken == kEmpty.size());
    CHECK(read.request.body.empty());
  }
}

TEST_CASE("what begins with a certain target may have another body") {
  const RequestLimits limits{.body_bytes = 5, .large_targets = "/large/", .large_body_bytes = 10};
  const auto status_of = [&](const std::string& target, std::size_t bytes) {
    return whole("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                     std::to_string(bytes) + "\r\n\r\n" + std::string(bytes, 'x'),
                 limits)
        .status;
  };
  CHECK(status_of("/large/x", 10) == 0);
  CHECK(status_of("/large/x", 11) == 413);
  CHECK(status_of("/small", 5) == 0);
  CHECK(status_of("/small/large/", 6) == 413);
}

TEST_CASE("what follows a request is left for the next") {
  const auto two = std::string(kGood) + "GET / HTTP/1.1\r\n";
  const auto read = whole(two);
  CHECK(read.state == State::Done);
  CHECK(read.taken == kGood.size());
}

TEST_CASE("what is no request is refused with its status") {
  struct Case {
    std::string bytes;
    int status;
  };
  const auto given = GENERATE(values<Case>({
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"G\x01T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nX Y: z\r\n\r\n", 400},
      {"GET /" + std::string(8192, 'y') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(33'000, 'y') + "\r\n\r\n", 431},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194305\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400},
  }));
  INFO(given.bytes.substr(0, 80));
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, given.bytes.size()}) {
    const auto read = read_in_pieces(given.bytes, piece, {});
    CHECK(read.state == State::Failed);
    CHECK(read.status == given.status);
    CHECK_FALSE(read.reason.empty());
  }
}

TEST_CASE("header fields are counted, and their bytes together, also when each comes alone") {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 99; ++i) head += "X: y\r\n";
  CHECK(read_in_pieces(head + "\r\n", 1, {}).state == State::Done);
  CHECK(read_in_pieces(head + "X: y\r\n\r\n", 1, {}).status == 431);
  std::string large = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 40; ++i) large += "X: " + std::string(1000, 'y') + "\r\n";
  CHECK(read_in_pieces(large + "\r\n", 1003, {}).status == 431);
}

TEST_CASE("whether the connection goes on is read off version and header") {
  struct Case {
    const char* bytes;
    bool keeps_alive;
  };
  const auto given = GENERATE(values<Case>({
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
  }));
  RequestParser parser({});
  parser.feed(given.bytes);
  REQUIRE(parser.state() == State::Done);
  CHECK(parser.keeps_alive() == given.keeps_alive);
}

}  // namespace
}  // namespace lightfast::http
