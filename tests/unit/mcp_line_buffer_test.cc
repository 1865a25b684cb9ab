#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "mcp/line_buffer.h"

namespace lightfast::mcp {
namespace {

constexpr std::size_t kLimit = 8;

// The lines that come of `bytes` fed in pieces of `size`; one that is too long is shown as "!".
std::vector<std::string> lines_of(std::string_view bytes, std::size_t size) {
  LineBuffer buffer(kLimit);
  std::vector<std::string> lines;
  const auto add = [&](const LineBuffer::Line& line) {
    lines.push_back(line.is_too_long ? "!" : std::string(line.text));
  };
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    buffer.append(bytes.substr(0, size));
    while (const auto line = buffer.next()) add(*line);
  }
  if (const auto line = buffer.rest()) add(*line);
  return lines;
}

TEST_CASE("lines come out the same however the bytes arrive") {
  using Lines = std::vector<std::string>;
  struct Case {
    const char* bytes;
    Lines expected;
  };
  const Case cases[] = {
      {"", {}},
      {"a\nb\n", {"a", "b"}},
      {"\n\na", {"", "", "a"}},
      {"12345678\n", {"12345678"}},
      {"123456789\nok\n", {"!", "ok"}},
      {"123456789 and much more that nobody keeps\nok\n", {"!", "ok"}},
      {"123456789 without an end", {"!"}},
      {"1\n123456789123456789\n2\n123456789\n3", {"1", "!", "2", "!", "3"}},
  };
  for (const auto& test : cases) {
    for (const std::size_t size : {1, 2, 3, 7, 9, 10, 1000}) {
      INFO(test.bytes << " in pieces of " << size);
      CHECK(lines_of(test.bytes, size) == test.expected);
    }
  }
}

}  // namespace
}  // namespace lightfast::mcp
