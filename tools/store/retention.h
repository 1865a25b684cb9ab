// Forgets what happened long ago, and keeps what follows from it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/database.h"
#include "base/result.h"
#include "tools/store/event.h"

namespace lightfast::store {

// Of whom the events are that stand for those that were forgotten.
inline constexpr std::string_view kKeptSource = "lightfast";

// Takes the events before `cut` out of the log, within a transaction that is under way. The events
// that say what held of their subjects right before `cut`, each at the time since when it held:
// with them in the log instead, the subjects' properties and edges at `cut` and later are the same.
Result<std::vector<Event>> forget(Database& database, Moment cut);

// How much of the file is in use.
Result<std::int64_t> used_bytes(Database& database);

// The time before which there is what makes the file larger than `bytes`, about, the newest event
// aside; nothing when it is not.
Result<std::optional<Moment>> cut_for_size(Database& database, std::int64_t bytes);

}  // namespace lightfast::store
