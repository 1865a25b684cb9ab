// The encoding of messages between the server, the launcher, zygotes and sandbox inits: numbers (64
// bit, host order) and length-prefixed texts, in a fixed order known to both sides. Reading checks
// every length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

class WireWriter {
 public:
  WireWriter& number(std::uint64_t value);
  WireWriter& text(std::string_view value);
  WireWriter& texts(const std::vector<std::string>& values);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// Reads what a WireWriter wrote. After the first malformed field every read gives an empty value
// and ok() is false, so a message is read whole and checked once.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number();
  std::string text();
  std::vector<std::string> texts();
  // True when every field was there and nothing is left over.
  [[nodiscard]] bool ok() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace lightfast::sandbox
