// Bytes in, lines out. A line that is too long is not kept: it is reported once and skipped to its
// newline.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lightfast::mcp {

inline constexpr std::size_t kMaxLineBytes = 4UL * 1024 * 1024;  // without the newline

class LineBuffer {
 public:
  explicit LineBuffer(std::size_t limit = kMaxLineBytes) : limit_(limit) {}

  void append(std::string_view bytes);

  struct Line {
    std::string_view text;     // without its newline; valid until the next append()
    bool is_too_long = false;  // then `text` is empty
  };

  // The next whole line, or nothing when more bytes are needed.
  std::optional<Line> next();

  // After the last append(): what is left without a newline, or nothing.
  std::optional<Line> rest();

 private:
  const std::size_t limit_;
  std::string bytes_;
  std::size_t begin_ = 0;     // of the first line not handed out
  std::size_t searched_ = 0;  // no newline from begin_ up to here
  bool is_skipping_ = false;  // inside a line that was too long
};

}  // namespace lightfast::mcp
