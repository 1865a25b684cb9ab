#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cassert>
#include <string_view>

namespace lightfast {

RequestId make_request_id() {
  std::array<unsigned char, 16> bytes{};
  // So few bytes come whole and at once when the kernel is seeded (getrandom(2)).
  const auto filled = ::getrandom(bytes.data(), bytes.size(), 0);
  assert(filled == static_cast<ssize_t>(bytes.size()));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);  // version 4 (RFC 9562, 5.4)
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // variant 10
  constexpr std::string_view kDigits = "0123456789abcdef";
  RequestId id;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id.value += '-';
    id.value += kDigits[bytes[i] >> 4U];
    id.value += kDigits[bytes[i] & 0x0FU];
  }
  return id;
}

}  // namespace lightfast
