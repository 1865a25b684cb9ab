// An event as the log has it.
#pragma once

#include <optional>
#include <string>

#include "base/database.h"
#include "tools/store/event.h"

namespace lightfast::store {

// What a row must have first, for event_in().
#define LIGHTFAST_STORE_EVENT                                                                  \
  "id, source, type, occurred_at, actor, subject, title, body, url, causal_parent, relations," \
  " attributes"

Event event_in(const SqlRow& row);

// Nothing for what is none: a file may hold any.
std::optional<std::string> optional_url(const SqlRow& row, int column);

// Nothing for a NULL and an empty text.
std::optional<std::string> optional_text(const SqlRow& row, int column);

}  // namespace lightfast::store
