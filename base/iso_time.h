// Moments as ISO 8601 texts. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lightfast {

using Moment = std::chrono::sys_time<std::chrono::milliseconds>;

// `2026-03-01T12:00:00.250Z`, or with an offset such as +01:00; without fraction, without seconds,
// or a date alone, which is its first moment in UTC. What is finer than a millisecond is cut off.
// Nothing for another form, for a day that does not exist, and for a year before 1 or after 9999.
std::optional<Moment> parse_moment(std::string_view text);

// In UTC, to the millisecond where it has any: `2026-03-01T12:00:00Z`.
std::string moment_text(Moment moment);

}  // namespace lightfast
