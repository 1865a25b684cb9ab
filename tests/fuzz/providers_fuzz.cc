// Whatever a provider's payload holds, it becomes one valid event or more, the same ones each time;
// and a generic one that is the store's own event is that event.
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tools/providers/providers.h"

// The first byte says which provider; the first line is the event that a header names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast;
  static constexpr std::array kProviders = {"github", "vercel", "linear", "sentry", "generic"};
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string event(bytes.substr(0, bytes.find('\n')));
  const auto body = bytes.substr(std::min(event.size() + 1, bytes.size()));
  if (!why_not_parsed(body, 64).empty()) return 0;
  const auto payload = Json::parse(body, nullptr, false);
  if (!payload.is_object()) return 0;
  const auto* const provider = kProviders[data[0] % kProviders.size()];
  const providers::Notice notice{.id = "1", .event = event, .payload = payload};
  const auto events = providers::events_of(provider, notice);
  assert(!events.empty());
  assert(events == providers::events_of(provider, notice));
  for (const auto& each : events) {
    const auto line = store::to_json(each).dump();
    const auto again = store::parse_event(line);
    assert(again && *again == each);
  }
  return 0;
}
