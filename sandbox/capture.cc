#include "sandbox/capture.h"

#include <algorithm>

#include "base/text.h"

namespace lightfast::sandbox {
namespace {

constexpr std::size_t kLongestCharacter = 4;  // in UTF-8

}  // namespace

void Capture::add(std::string_view bytes) {
  if (bytes.empty()) return;
  head_.append(bytes.substr(0, keep_ + kLongestCharacter - head_.size()));
  bytes_ += bytes.size();
  newlines_ += static_cast<std::uint64_t>(std::ranges::count(bytes, '\n'));
  last_ = bytes.back();
}

Captured Capture::finish(bool complete) && {
  Captured captured{.head = std::move(head_), .bytes = bytes_, .complete = complete};
  captured.lines = newlines_ + (last_ == '\n' ? 0 : 1);
  if (captured.bytes > keep_) {
    const std::size_t end = captured.head.substr(0, keep_).rfind('\n');
    captured.head.resize(end == std::string::npos ? utf8_prefix(captured.head, keep_) : end + 1);
  }
  captured.head_lines = static_cast<std::uint64_t>(std::ranges::count(captured.head, '\n'));
  return captured;
}

}  // namespace lightfast::sandbox
