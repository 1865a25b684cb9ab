// Whatever text is sent as an event, a reader of the stream (WHATWG HTML, 9.2.6) gets it back, its
// line ends as LF, as one event and nothing else.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/sse.h"

namespace {

std::string with_plain_ends(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    plain += text[i] == '\r' ? '\n' : text[i];
  }
  return plain;
}

std::string data_of(std::string_view event) {
  constexpr std::string_view kField = "data: ";
  std::string data;
  for (bool is_first = true; !event.empty(); is_first = false) {
    const auto line = event.substr(0, event.find('\n'));
    event.remove_prefix(line.size() + 1);
    if (line.empty()) break;
    assert(line.starts_with(kField) && line.find('\r') == std::string_view::npos);
    if (!is_first) data += '\n';
    data += line.substr(kField.size());
  }
  assert(event.empty());
  return data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  assert(data_of(lightfast::http::sse_event(text)) == with_plain_ends(text));
  return 0;
}
