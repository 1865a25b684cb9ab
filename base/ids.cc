#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cassert>
#include <string_view>
#include <utility>

namespace lightfast {

namespace {

using Bytes = std::array<unsigned char, 16>;

// One system call for many; each is used once.
Bytes random_bytes() {
  thread_local std::array<Bytes, 16> ready;
  thread_local std::size_t left = 0;
  if (left == 0) {
    // So few bytes come whole and at once when the kernel is seeded (getrandom(2)).
    const auto filled = ::getrandom(ready.data(), sizeof ready, 0);
    assert(filled == static_cast<ssize_t>(sizeof ready));
    left = ready.size();
  }
  return std::exchange(ready[--left], {});
}

}  // namespace

RequestId make_request_id() {
  Bytes bytes = random_bytes();
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);  // version 4 (RFC 9562, 5.4)
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);  // variant 10
  constexpr std::string_view kDigits = "0123456789abcdef";
  RequestId id{std::string(36, '-')};
  auto digit = id.value.begin();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) ++digit;
    *digit++ = kDigits[bytes[i] >> 4U];
    *digit++ = kDigits[bytes[i] & 0x0FU];
  }
  return id;
}

}  // namespace lightfast
