// Where a list of entities goes on, as an opaque text. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tools/store/graph.h"

namespace lightfast::graph {

struct Cursor {
  std::uint64_t query = 0;  // a number of what was asked for: a cursor of another one is of no use
  store::Instant at = 0;    // the whole list is of this time, however long the caller takes
  store::Instant since = 0;
  store::ScanPosition behind;

  bool operator==(const Cursor&) const = default;
};

// A number that differs for different texts, as far as they are not made to agree (FNV-1a).
std::uint64_t number_of(std::string_view text);

std::string cursor_text(const Cursor& cursor);

// Nothing for any text that cursor_text() does not make.
std::optional<Cursor> parse_cursor(std::string_view text);

}  // namespace lightfast::graph
