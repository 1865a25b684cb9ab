// Base64 (RFC 4648, section 4). A pure function.
#pragma once

#include <string>
#include <string_view>

namespace lightfast {

// `bytes` in the standard alphabet, padded.
std::string base64(std::string_view bytes);

}  // namespace lightfast
