// Whatever line is an event can be written and read again as the same one, within the bounds that
// are promised; any other is refused with words.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/store/event.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast::store;
  const auto event = parse_event({reinterpret_cast<const char*>(data), size});
  if (!event) {
    assert(!event.error().message.empty());
    return 0;
  }
  assert(event->body.size() <= kMaxBody && event->id.size() <= kMaxId);
  const auto again = parse_event(to_json(*event).dump());
  assert(again && *again == *event);
  return 0;
}
