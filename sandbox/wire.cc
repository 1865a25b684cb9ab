#include "sandbox/wire.h"

#include <cstring>

namespace lightfast::sandbox {

WireWriter& WireWriter::number(std::uint64_t value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes_.append(raw, sizeof value);
  return *this;
}

WireWriter& WireWriter::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
  return *this;
}

WireWriter& WireWriter::texts(const std::vector<std::string>& values) {
  number(values.size());
  for (const auto& value : values) text(value);
  return *this;
}

std::uint64_t WireReader::number() {
  std::uint64_t value = 0;
  if (!ok_ || rest_.size() < sizeof value) {
    ok_ = false;
    return 0;
  }
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::string WireReader::text() {
  const std::uint64_t size = number();
  if (!ok_ || size > rest_.size()) {
    ok_ = false;
    return {};
  }
  std::string value(rest_.substr(0, size));
  rest_.remove_prefix(size);
  return value;
}

std::vector<std::string> WireReader::texts() {
  std::vector<std::string> values;
  for (std::uint64_t count = number(); ok_ && count > 0; --count) values.push_back(text());
  return values;
}

}  // namespace lightfast::sandbox
