// Base64 (RFC 4648, sections 4 and 5). Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lightfast {

// `bytes` in the standard alphabet, padded.
std::string base64(std::string_view bytes);

// The bytes of such a text; nothing for any text that base64() does not make.
std::optional<std::string> base64_decoded(std::string_view text);

// `bytes` in the alphabet that is safe in URLs, without padding (RFC 7515, section 2).
std::string base64url(std::string_view bytes);

// The bytes of such a text. Nothing for any text that base64url() does not make: padding, other
// characters, a length that no bytes have, bits of the last character that carry nothing.
std::optional<std::string> base64url_decoded(std::string_view text);

}  // namespace lightfast
