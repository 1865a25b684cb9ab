// The one JSON type of the program: nlohmann::ordered_json, so that what is declared is printed in
// that order.
#pragma once

#include <cstddef>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace lightfast {

using Json = nlohmann::ordered_json;

// Whether arrays and objects in `text`, JSON or not, are nested more than `limit` deep. Asked
// before parsing, so that hostile text costs no more than its bytes.
bool is_nested_deeper_than(std::size_t limit, std::string_view text);

}  // namespace lightfast
