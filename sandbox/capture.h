// Collects one stream of a command: keeps its head, counts the rest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/command.h"

namespace lightfast::sandbox {

class Capture {
 public:
  explicit Capture(std::size_t keep) : keep_(keep) {}

  void add(std::string_view bytes);
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  // What was captured: the head cut back to its last whole line when the stream was longer, or to a
  // whole UTF-8 character when its first line alone is longer. `complete` says whether the stream
  // was read to its end.
  [[nodiscard]] Captured finish(bool complete) &&;

 private:
  std::size_t keep_;
  std::string head_;  // and what it takes to see whether the last character is whole
  std::uint64_t bytes_ = 0;
  std::uint64_t newlines_ = 0;
  char last_ = '\n';
};

}  // namespace lightfast::sandbox
