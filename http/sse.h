// Server-sent events (WHATWG HTML, 9.2), which is how MCP sends several messages as one answer.
#pragma once

#include <string>
#include <string_view>

namespace lightfast::http {

// One event whose data is `text`, its lines in order.
std::string sse_event(std::string_view text);

// A comment, which readers skip: keeps what lies between from closing a silent stream.
inline constexpr std::string_view kSseComment = ":\n\n";

}  // namespace lightfast::http
