#include "base/json.h"

#include <algorithm>

namespace lightfast {
namespace {

// The position of the quote that ends the string whose first byte is at `start`, or beyond the
// text.
std::size_t string_end(std::string_view text, std::size_t start) {
  std::size_t end = start;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return end;
}

}  // namespace

bool is_nested_deeper_than(std::size_t limit, std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (byte == '"') {
      i = string_end(text, i + 1);
    } else if (byte == '[' || byte == '{') {
      deepest = std::max(deepest, ++depth);
    } else if (byte == ']' || byte == '}') {
      depth -= std::min<std::size_t>(depth, 1);
    }
  }
  return deepest > limit;
}

}  // namespace lightfast
