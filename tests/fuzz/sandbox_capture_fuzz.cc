// What a command wrote, as it is kept and shown: however the bytes arrive, the head ends with a
// whole line or a whole character, the counts are those of counting one by one, and what is shown
// is valid UTF-8 without hidden control bytes.
#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"
#include "sandbox/capture.h"
#include "tests/fuzz/values.h"

namespace {

using namespace lightfast;
using sandbox::Captured;

// The length of the character that `bytes` begins with, by its code point; 0 when there is none.
std::size_t character_length(std::string_view bytes) {
  const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.empty()) return 0;
  if (byte(0) < 0x80U) return 1;
  constexpr std::array<unsigned, 5> kLeastPoint = {0, 0, 0x80, 0x800, 0x10000};
  for (const std::size_t length : {2U, 3U, 4U}) {
    const unsigned lead_bits = 7U - static_cast<unsigned>(length);
    if (unsigned{byte(0)} >> lead_bits != (0xFFU >> lead_bits) - 1U) continue;
    unsigned point = byte(0) & ((1U << lead_bits) - 1U);
    for (std::size_t i = 1; i < length; ++i) {
      if (i >= bytes.size() || (byte(i) & 0xC0U) != 0x80U) return 0;
      point = point << 6U | (byte(i) & 0x3FU);
    }
    const bool is_surrogate = point >= 0xD800U && point < 0xE000U;
    return point >= kLeastPoint[length] && point <= 0x10FFFFU && !is_surrogate ? length : 0;
  }
  return 0;
}

// Whether the character that `bytes` begins with is no control character, but for those of lines.
bool is_plain(std::string_view bytes) {
  const auto byte = bytes[0];
  const auto value = static_cast<unsigned char>(byte);
  const bool is_c1 = character_length(bytes) == 2 && value == 0xC2U &&
                     static_cast<unsigned char>(bytes[1]) < 0xA0U;
  if (is_c1) return false;
  return (value >= 0x20U && value != 0x7FU) || byte == '\t' || byte == '\n' || byte == '\r';
}

// What visible_text() is to make of `bytes`.
std::string shown(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = is_plain(bytes) ? character_length(bytes) : 0;
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(bytes[0]);
    if (length == 0) {
      text += {'\\', 'x', kDigits[value >> 4U], kDigits[value & 0xFU]};
    } else {
      text += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

// How much of `whole` is kept when `keep` bytes may be.
std::size_t expected_end(std::string_view whole, std::size_t keep) {
  if (whole.size() <= keep) return whole.size();
  for (std::size_t end = keep; end > 0; --end) {
    if (whole[end - 1] == '\n') return end;
  }
  for (std::size_t start = keep - std::min<std::size_t>(keep, 3); start < keep; ++start) {
    if (start + character_length(whole.substr(start)) > keep) return start;
  }
  return keep;
}

void check_captured(const Captured& captured, std::string_view whole, std::size_t keep) {
  std::uint64_t newlines = 0;
  for (const char byte : whole) newlines += byte == '\n' ? 1 : 0;
  const bool has_unfinished_line = !whole.empty() && whole.back() != '\n';
  assert(captured.bytes == whole.size());
  assert(captured.lines == newlines + (has_unfinished_line ? 1 : 0));
  assert(captured.head == whole.substr(0, expected_end(whole, keep)));
  std::uint64_t kept = 0;
  for (const char byte : captured.head) kept += byte == '\n' ? 1 : 0;
  assert(captured.head_lines == kept);
}

void check_shown(std::string_view bytes) {
  const auto text = visible_text(bytes);
  assert(text == shown(bytes));
  assert(visible_text(text) == text);
  const auto line = visible_line(bytes);
  assert(line.size() == text.size() && line.find_first_of("\r\n") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  test::Values bytes(data, size);
  const auto keep = bytes.number<std::size_t>(0, 300);
  const auto piece = bytes.number<std::size_t>(1, 40);
  const bool complete = bytes.flag();
  const std::string whole = bytes.rest();
  sandbox::Capture at_once(keep);
  at_once.add(whole);
  sandbox::Capture in_pieces(keep);
  for (std::size_t at = 0; at < whole.size(); at += piece)
    in_pieces.add(std::string_view(whole).substr(at, piece));
  for (auto* capture : {&at_once, &in_pieces}) {
    const auto captured = std::move(*capture).finish(complete);
    assert(captured.complete == complete);
    check_captured(captured, whole, keep);
    check_shown(captured.head);
  }
  check_shown(whole);
  return 0;
}
