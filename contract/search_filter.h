// What the filters of a search let through: events, and documents of long-term memory. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/search.h"

namespace lightfast::contract {

// Whether `type`, of an event about `subject`, is one of `kinds`: itself, what is before its dot,
// or the type of the subject: `pull_request.merged`, `pull_request`, `pr`.
bool is_of_kind(std::string_view type, std::string_view subject,
                const std::vector<std::string>& kinds);

// What of one the filters look at.
struct Filtered {
  std::string_view source, type, subject;
  std::optional<Moment> occurred_at;  // nothing: not within any time
};

bool has_filter(const SearchRequest& request);
bool passes(const SearchRequest& request, const Filtered& event);

}  // namespace lightfast::contract
