// The one JSON type of the program: nlohmann::ordered_json, so that what is declared is printed in
// that order.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace lightfast {

using Json = nlohmann::ordered_json;

inline constexpr std::size_t kMostMembers = 4096;  // of an object in text from outside

// Why `text`, JSON or not, is not to be parsed: arrays and objects are nested more than `depth`
// deep, or an object has more than kMostMembers members, of which Json compares each with all
// before it. Empty when neither is so. Asked before parsing, so that hostile text costs no more
// than its bytes.
std::string why_not_parsed(std::string_view text, std::size_t depth);

// The same with visible_text() of all strings and names of members in it.
Json visible(const Json& value);

}  // namespace lightfast
