#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "sandbox/capture.h"

namespace lightfast::sandbox {
namespace {

struct Case {
  const char* what;
  std::string_view written;
  std::size_t keep;
  std::string_view head;
  std::uint64_t lines;
  std::uint64_t head_lines;
};

TEST_CASE("a capture keeps the head up to a whole line and counts all", "[capture]") {
  const auto wanted = GENERATE(values<Case>({
      {"nothing", "", 10, "", 0, 0},
      {"less than is kept", "one\ntwo\n", 10, "one\ntwo\n", 2, 2},
      {"exactly what is kept", "one\ntwo\n", 8, "one\ntwo\n", 2, 2},
      {"an unfinished last line that fits", "one\ntw", 10, "one\ntw", 2, 1},
      {"an unfinished last line that just fits", "one\ntw", 6, "one\ntw", 2, 1},
      {"cut inside a line", "one\ntwo\nthree\n", 10, "one\ntwo\n", 3, 2},
      {"cut at the end of a line", "one\ntwo\nthree\n", 8, "one\ntwo\n", 3, 2},
      {"cut just before a line's end", "one\ntwo\nthree\n", 7, "one\n", 3, 1},
      {"a first line longer than is kept", "abcdefgh\nx\n", 4, "abcd", 2, 0},
      {"one line without an end, longer than is kept", "abcdefgh", 4, "abcd", 1, 0},
      {"an empty first line", "\nabcdefgh", 4, "\n", 2, 1},
      {"nothing is kept", "one\n", 0, "", 1, 0},
      {"bytes that are no text", "\xFF\xFE\x80\n", 10, "\xFF\xFE\x80\n", 1, 1},
  }));
  INFO(wanted.what);
  Capture capture(wanted.keep);
  capture.add(wanted.written);
  const auto captured = std::move(capture).finish(true);
  CHECK(captured.head == wanted.head);
  CHECK(captured.bytes == wanted.written.size());
  CHECK(captured.lines == wanted.lines);
  CHECK(captured.head_lines == wanted.head_lines);
}

TEST_CASE("a first line longer than is kept is cut to whole characters", "[capture]") {
  struct Cut {
    std::string_view written;
    std::size_t keep;
    std::string_view head;
  };
  const auto wanted = GENERATE(values<Cut>({
      {"\xC3\xBC\xC3\xBC\xC3\xBC", 4, "\xC3\xBC\xC3\xBC"},
      {"\xC3\xBC\xC3\xBC\xC3\xBC", 3, "\xC3\xBC"},
      {"a\xE2\x82\xAC\xE2\x82\xAC", 3, "a"},
      {"a\xF0\x9F\x9A\x80 rest", 4, "a"},
      {"a\xF0\x9F\x9A\x80 rest", 5, "a\xF0\x9F\x9A\x80"},
  }));
  Capture capture(wanted.keep);
  capture.add(wanted.written);
  const auto captured = std::move(capture).finish(true);
  CHECK(captured.head == wanted.head);
}

TEST_CASE("how the bytes arrive makes no difference", "[capture]") {
  const std::string_view written = "one\ntwo\n\nfour and more\nlast";
  const std::size_t keep = GENERATE(0U, 1U, 4U, 9U, 12U, 27U, 100U);
  const std::size_t piece = GENERATE(1U, 2U, 5U, 26U);
  Capture at_once(keep);
  at_once.add(written);
  Capture in_pieces(keep);
  for (std::size_t at = 0; at < written.size(); at += piece)
    in_pieces.add(written.substr(at, piece));
  const auto one = std::move(at_once).finish(true);
  const auto other = std::move(in_pieces).finish(true);
  CHECK(one.head == other.head);
  CHECK(one.bytes == other.bytes);
  CHECK(one.lines == other.lines);
  CHECK(one.head_lines == other.head_lines);
}

TEST_CASE("a capture says whether it was read to its end", "[capture]") {
  CHECK(Capture(10).finish(true).complete);
  CHECK_FALSE(Capture(10).finish(false).complete);
}

}  // namespace
}  // namespace lightfast::sandbox
