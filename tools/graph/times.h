// Times as callers give them and are told them. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "tools/store/spans.h"

namespace lightfast::graph {

// Nothing when `input` has no `field`; InvalidArgument when that is no time of ISO 8601.
Result<std::optional<store::Instant>> instant_in(const Json& input, const char* field);

// How long `24h`, `90m`, `30s`, `7d` or `2w` is, in ms; nothing for another form.
std::optional<store::Instant> span_of(std::string_view text);

// ISO 8601; null for what has no end.
Json time_json(store::Instant instant);

}  // namespace lightfast::graph
