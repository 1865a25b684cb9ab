#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

namespace lightfast {
namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// Length of the well-formed UTF-8 sequence at the front of `bytes`, 0 when it is not one (RFC 3629,
// section 4).
std::size_t sequence_length(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || bytes.size() < length) return 0;
  const auto second = static_cast<unsigned char>(bytes[1]);
  const unsigned lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;  // no overlong form
  const unsigned highest = first == 0xED   ? 0x9F
                           : first == 0xF4 ? 0x8F
                                           : 0xBF;  // no surrogate, at most U+10FFFF
  if (second < lowest || second > highest) return 0;
  const auto rest = bytes.substr(2, length - 2);
  return std::all_of(rest.begin(), rest.end(), is_continuation) ? length : 0;
}

// Whether `bytes` begins with a control character that is to be seen: C0 but for TAB, LF and CR,
// DEL, and C1 (U+0080 to U+009F), by which terminals can be told as much as by ESC (ECMA-48, 5.2).
bool begins_with_control(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first == 0xC2 && bytes.size() > 1) return static_cast<unsigned char>(bytes[1]) < 0xA0;
  const bool is_shown = first == '\t' || first == '\n' || first == '\r';
  return (first < 0x20 && !is_shown) || first == 0x7F;
}

// Shown as it is, by itself.
bool is_plain(char byte) {
  return (byte >= ' ' && byte <= '~') || byte == '\n' || byte == '\t' || byte == '\r';
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
    }
  }
  return row[b.size()];
}

}  // namespace

std::string visible_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto plain = std::ranges::find_if_not(bytes, is_plain) - bytes.begin();
    text.append(bytes.substr(0, static_cast<std::size_t>(plain)));
    bytes.remove_prefix(static_cast<std::size_t>(plain));
    if (bytes.empty()) break;
    const std::size_t length = begins_with_control(bytes) ? 0 : sequence_length(bytes);
    if (length == 0) {
      fmt::format_to(std::back_inserter(text), "\\x{:02X}", static_cast<unsigned char>(bytes[0]));
    } else {
      text.append(bytes.substr(0, length));
    }
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return text;
}

std::string visible_line(std::string_view bytes) {
  std::string line = visible_text(bytes);
  std::ranges::replace_if(line, [](char byte) { return byte == '\n' || byte == '\r'; }, ' ');
  return line;
}

bool has_control(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1)) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x20 || (first >= 0x7F && begins_with_control(text))) return true;
  }
  return false;
}

std::size_t utf8_prefix(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) return bytes.size();
  std::size_t start =
      limit;  // back over at most three continuation bytes to where the sequence begins
  while (start > 0 && limit - start < 3 && is_continuation(bytes[start])) --start;
  return is_continuation(bytes[limit]) && sequence_length(bytes.substr(start)) > limit - start
             ? start
             : limit;
}

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string size_text(std::size_t bytes) {
  static constexpr std::array<std::string_view, 4> kUnits = {"bytes", "KiB", "MiB", "GiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  const bool whole = value == static_cast<double>(static_cast<std::uint64_t>(value));
  return whole ? fmt::format("{:.0f} {}", value, kUnits[unit])
               : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace lightfast
