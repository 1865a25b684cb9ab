#include "tools/store/event_row.h"

#include <chrono>
#include <utility>

namespace lightfast::store {

std::optional<std::string> optional_text(const SqlRow& row, int column) {
  auto text = row.text(column);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

std::optional<std::string> optional_url(const SqlRow& row, int column) {
  return is_url(row.view(column)) ? std::optional(row.text(column)) : std::nullopt;
}

Event event_in(const SqlRow& row) {
  return {.id = row.text(0),
          .source = row.text(1),
          .type = row.text(2),
          .occurred_at = Moment(std::chrono::milliseconds(row.number(3))),
          .actor = optional_text(row, 4),
          .subject = row.text(5),
          .title = row.text(6),
          .body = row.text(7),
          .url = optional_url(row, 8),
          .causal_parent = optional_text(row, 9),
          .relations = relations_in(row.view(10)),
          .attributes = object_in(row.view(11))};
}

}  // namespace lightfast::store
