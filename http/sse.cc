#include "http/sse.h"

namespace lightfast::http {

// A line ends with CR, LF or both; each line is a field of its own, or its rest would be one.
std::string sse_event(std::string_view text) {
  constexpr std::string_view kField = "data: ";
  std::string event;
  event.reserve(text.size() + kField.size() + 2);
  for (;;) {
    const auto end = text.find_first_of("\r\n");
    event.append(kField).append(text.substr(0, end)).append("\n");
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
  }
  return event.append("\n");
}

}  // namespace lightfast::http
