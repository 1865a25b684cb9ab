// What the modern revision wants said twice, in the body and in headers, so that what lies between
// client and server can route by it (2026-07-28, Streamable HTTP, headers). Pure functions.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "http/message.h"
#include "mcp/message.h"
#include "mcp/server.h"

namespace lightfast::mcp {

// Why `headers` do not fit `request`, a modern one; nothing when they do. `server` knows which
// arguments of a tool are said in headers (`x-mcp-header` in its input schema).
std::optional<ProtocolError> header_mismatch(const http::Headers& headers, const Request& request,
                                             const Server& server);

// The text that a header's value stands for: itself, or what `=?base64?...?=` encodes. Nothing when
// that is not well formed.
std::optional<std::string> decoded_value(std::string_view value);

}  // namespace lightfast::mcp
