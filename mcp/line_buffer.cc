#include "mcp/line_buffer.h"

#include <utility>

namespace lightfast::mcp {

void LineBuffer::append(std::string_view bytes) {
  bytes_.erase(0, std::exchange(begin_, 0));
  searched_ = bytes_.size();
  if (is_skipping_) {
    const std::size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) return;
    is_skipping_ = false;
    bytes.remove_prefix(newline + 1);
  }
  bytes_.append(bytes);
}

std::optional<LineBuffer::Line> LineBuffer::next() {
  const std::size_t newline = bytes_.find('\n', searched_);
  if (newline != std::string::npos) {
    const std::string_view text = std::string_view(bytes_).substr(begin_, newline - begin_);
    begin_ = searched_ = newline + 1;
    return text.size() > limit_ ? Line{.text = {}, .is_too_long = true} : Line{text};
  }
  searched_ = bytes_.size();
  if (bytes_.size() - begin_ <= limit_) return std::nullopt;
  is_skipping_ = true;
  begin_ = bytes_.size();
  return Line{.text = {}, .is_too_long = true};
}

std::optional<LineBuffer::Line> LineBuffer::rest() {
  if (begin_ == bytes_.size()) return std::nullopt;
  return Line{std::string_view(bytes_).substr(std::exchange(begin_, bytes_.size()))};
}

}  // namespace lightfast::mcp
