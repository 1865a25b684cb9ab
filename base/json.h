// The one JSON type of the program: nlohmann::ordered_json, so that what is declared is printed in
// that order.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace lightfast {

using Json = nlohmann::ordered_json;

}  // namespace lightfast
