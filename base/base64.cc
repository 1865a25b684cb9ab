#include "base/base64.h"

#include <algorithm>
#include <cstdint>

namespace lightfast {
namespace {

constexpr std::string_view kStandard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kGroup = 3;  // bytes, which become four characters

std::string encoded(std::string_view bytes, std::string_view alphabet, std::string_view padding) {
  std::string text;
  text.reserve((bytes.size() + kGroup - 1) / kGroup * 4);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kGroup))) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < kGroup; ++i)
      bits = bits << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      const bool is_padding = i > bytes.size();
      text += is_padding ? padding : alphabet.substr(bits >> (18 - 6 * i) & 0x3FU, 1);
    }
  }
  return text;
}

// Stray bits and lengths that no bytes have are left to the caller to find.
std::optional<std::string> decoded(std::string_view text, std::string_view alphabet) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * kGroup + 2);
  std::uint32_t bits = 0;
  std::uint32_t pending = 0;  // how many of the low bits are not in `bytes` yet
  for (const char character : text) {
    const auto value = alphabet.find(character);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    pending += 6;
    if (pending < 8) continue;
    pending -= 8;
    bytes.push_back(static_cast<char>(bits >> pending & 0xFFU));
  }
  return bytes;
}

}  // namespace

std::string base64(std::string_view bytes) { return encoded(bytes, kStandard, "="); }

// What no encoder writes is found by encoding again.
std::optional<std::string> base64_decoded(std::string_view text) {
  auto bytes = decoded(text.substr(0, text.find('=')), kStandard);
  if (bytes && base64(*bytes) != text) bytes.reset();
  return bytes;
}

std::string base64url(std::string_view bytes) { return encoded(bytes, kUrlSafe, ""); }

std::optional<std::string> base64url_decoded(std::string_view text) {
  auto bytes = decoded(text, kUrlSafe);
  if (bytes && base64url(*bytes) != text) bytes.reset();
  return bytes;
}

}  // namespace lightfast
