// What the Memory service answered, checked and bounded: it is another machine's word. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/search.h"
#include "tools/memory/long_term.h"

namespace lightfast::memory {

// Longer texts are cut, at a character. Control characters and line breaks are made visible, or
// spaces where the text is one line.
inline constexpr std::size_t kMaxTitleBytes = 1000;
inline constexpr std::size_t kMaxSnippetBytes = 2000;
inline constexpr std::size_t kMaxReasonBytes = 200;
// A result with a longer id or URL has none that can be used: it is left out, or is without one.
inline constexpr std::size_t kMaxIdBytes = 512;
inline constexpr std::size_t kMaxUrlBytes = 2048;
// Of `total` and, either way, of scores: nothing that is done with them overflows.
inline constexpr std::int64_t kMaxTotal = 1'000'000'000;

// A body as JSON. Corrupt when it is something else, or nested too deeply.
Result<Json> parsed(const std::string& body);

// An answer to `search`, at most `limit` results of it. Corrupt when it is not one.
Result<contract::SearchAnswer> recalled_from(const Json& output, std::size_t limit);

// An answer to `contents`, of which only what is among `ids` counts, each once. Corrupt when it is
// not one.
Result<std::vector<Content>> contents_from(const Json& output, const std::vector<std::string>& ids);

}  // namespace lightfast::memory
