// Which events a question is about. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/search.h"

namespace lightfast::search {

// Whether `type`, of an event about `subject`, is one of `kinds`: itself, what is before its dot,
// or the type of the subject: `pull_request.merged`, `pull_request`, `pr`.
bool is_of_kind(std::string_view type, std::string_view subject,
                const std::vector<std::string>& kinds);

// What of an event the filters look at.
struct Filtered {
  std::string_view source, type, subject;
  Moment occurred_at;
};

bool has_filter(const contract::SearchRequest& request);
bool passes(const contract::SearchRequest& request, const Filtered& event);

}  // namespace lightfast::search
