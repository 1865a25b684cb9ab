// Whatever text is a cursor is the one that is written of it; spans are bounded; a handle of any
// text names what could be an entity.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tools/graph/cursor.h"
#include "tools/graph/times.h"
#include "tools/store/event.h"
#include "tools/store/handles.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lightfast;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto cursor = graph::parse_cursor(text)) assert(graph::cursor_text(*cursor) == text);
  graph::Cursor cursor{.query = size, .at = 7, .since = -3, .behind = {.from = 9, .id = {}}};
  cursor.behind.id = text.substr(0, store::kMaxId);
  assert(graph::parse_cursor(graph::cursor_text(cursor)) == cursor);
  if (const auto span = graph::span_of(text)) assert(*span >= 0);
  for (const auto& handle : store::handles_of(text))
    assert(handle.name.size() <= 2 * store::kMaxId && handle.scope.size() <= store::kMaxId + 1);
  return 0;
}
