// Whatever bytes come, a line is parsed without harm, a malformed one is answered, and the answer
// is one line of JSON.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "mcp/line_buffer.h"
#include "mcp/message.h"

namespace {

using namespace lightfast;

void check(const mcp::Message& message) {
  const auto* malformed = std::get_if<mcp::Malformed>(&message);
  if (malformed == nullptr) return;
  const std::string answer = mcp::response_text(malformed->id, std::unexpected(malformed->error));
  assert(answer.find('\n') == std::string::npos);
  assert(!Json::parse(answer, nullptr, false).is_discarded());
}

void check_line(std::string_view line) {
  const mcp::Incoming incoming = mcp::parse_line(line);
  if (const auto* batch = std::get_if<mcp::Batch>(&incoming)) {
    for (const auto& message : batch->messages) check(message);
  } else {
    check(std::get<mcp::Message>(incoming));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  mcp::LineBuffer lines(1024);
  lines.append({reinterpret_cast<const char*>(data), size});
  while (const auto line = lines.next()) {
    if (!line->is_too_long) check_line(line->text);
  }
  if (const auto rest = lines.rest()) check_line(rest->text);
  return 0;
}
