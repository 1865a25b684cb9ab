// The bytes of a fuzzed input as values, taken from its beginning; once there are none left, zeros.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace lightfast::test {

class Values {
 public:
  Values(const std::uint8_t* data, std::size_t size)
      : left_(reinterpret_cast<const char*>(data), size) {}

  template <typename Number>
  Number number() {
    Number number{};
    const auto size = std::min(sizeof number, left_.size());
    std::memcpy(&number, left_.data(), size);
    left_.remove_prefix(size);
    return number;
  }

  // From `least` to `most`.
  template <typename Number>
  Number number(Number least, Number most) {
    const auto span = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
    const auto any = number<std::uint64_t>();
    if (span == std::numeric_limits<std::uint64_t>::max()) return static_cast<Number>(any);
    return static_cast<Number>(static_cast<std::uint64_t>(least) + any % (span + 1));
  }

  bool flag() { return number<std::uint8_t>() % 2 == 1; }

  std::string text(std::size_t most) {
    const auto wanted = number(std::size_t{0}, most);
    const auto size = std::min(wanted, left_.size());
    std::string text(left_.substr(0, size));
    left_.remove_prefix(size);
    return text;
  }

  std::string rest() {
    std::string text(left_);
    left_ = {};
    return text;
  }

 private:
  std::string_view left_;
};

}  // namespace lightfast::test
