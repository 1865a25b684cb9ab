// JSON from outside, read within bounds. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace lightfast::auth {

inline constexpr int kMaxNesting = 16;  // tokens and key sets need 4

// The object that `text` is; nothing when it is none, or nested deeper than kMaxNesting. `text` is
// at most as large as what its caller has measured.
std::optional<Json> json_object(std::string_view text);

// A member that is a text; nothing when there is none of this name, or it is no text.
std::optional<std::string> text_member(const Json& object, const char* name);

}  // namespace lightfast::auth
