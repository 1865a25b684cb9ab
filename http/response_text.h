// The head of a response as bytes (RFC 9112, 4 and 5).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "http/message.h"

namespace lightfast::http {

struct HeadFacts {
  std::string id;                     // X-Request-ID
  std::optional<std::size_t> length;  // of the body, where it is known
  bool is_chunked = false;
  bool keeps_alive = true;
  bool is_http_1_0 = false;
};

// Appends status line, header and the empty line. What would end a field's line early is left out
// of it. One thread at a time, for the date's sake.
void append_head(std::string& out, const Response& head, const HeadFacts& facts);

}  // namespace lightfast::http
