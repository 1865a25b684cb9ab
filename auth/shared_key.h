// The one key of a service that has no more: whoever has it may all. Any thread.
#pragma once

#include <optional>
#include <string_view>

#include "auth/known_keys.h"

namespace lightfast::auth {

class SharedKey {
 public:
  // An empty `key`: there is none, and nobody needs one.
  explicit SharedKey(std::string_view key);

  [[nodiscard]] bool is_needed() const { return digest_.has_value(); }
  // Takes as long for one wrong key as for another.
  [[nodiscard]] bool admits(std::string_view presented) const;

 private:
  std::optional<Digest> digest_;
};

}  // namespace lightfast::auth
