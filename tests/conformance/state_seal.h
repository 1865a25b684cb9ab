// `requestState` (2026-07-28, MRTR): what a server would remember between two calls, kept by a
// client that can read it but neither make nor change it. Safe on any thread.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace lightfast::conformance {

class StateSeal {
 public:
  // With a random key of its own.
  StateSeal();

  [[nodiscard]] std::string seal(const Json& state) const;

  // What this very object sealed less than ten minutes ago; nothing for any other text.
  [[nodiscard]] std::optional<Json> open(std::string_view text) const;

 private:
  [[nodiscard]] std::string mac_of(std::string_view content) const;

  std::array<unsigned char, 32> key_{};
};

}  // namespace lightfast::conformance
