// Whatever a Memory service answers is refused with words, or within the bounds that are promised.
#include <cassert>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "tools/memory/answers.h"

namespace {

using namespace lightfast;

constexpr std::size_t kShown = 4;  // bytes that one control byte becomes

void check(const contract::SearchResult& result) {
  using namespace memory;
  assert(!result.id.empty() && result.id.size() <= kMaxIdBytes);
  assert(result.title.size() <= kMaxTitleBytes * kShown);
  assert(result.snippet.size() <= kMaxSnippetBytes * kShown);
  assert(result.reason.size() <= kMaxReasonBytes * kShown);
  assert(!result.url || result.url->size() <= kMaxUrlBytes);
  assert(std::isfinite(result.score) && std::abs(result.score) <= static_cast<double>(kMaxTotal));
  for (const auto& line : {result.id, result.title, result.reason, result.source, result.type})
    assert(visible_line(line) == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 10;
  const auto body = memory::parsed({reinterpret_cast<const char*>(data), size});
  if (!body) return 0;
  if (const auto answer = memory::recalled_from(*body, kLimit)) {
    assert(answer->results.size() <= kLimit && answer->total <= memory::kMaxTotal);
    assert(answer->total >= static_cast<std::int64_t>(answer->results.size()));
    for (const auto& result : answer->results) check(result);
  }
  if (const auto contents = memory::contents_from(*body, {"e1", "e2"})) {
    assert(contents->size() <= 2);
    for (const auto& each : *contents) assert(visible_text(each.text) == each.text);
  }
  return 0;
}
