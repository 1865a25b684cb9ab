#include "contract/search_filter.h"

#include <algorithm>

namespace lightfast::contract {

bool is_of_kind(std::string_view type, std::string_view subject,
                const std::vector<std::string>& kinds) {
  const auto kind = type.substr(0, type.find('.'));
  const auto about = subject.substr(0, subject.find(':'));
  return std::ranges::any_of(kinds, [&](const std::string& wanted) {
    return wanted == type || wanted == kind || wanted == about;
  });
}

bool has_filter(const SearchRequest& request) {
  return !request.sources.empty() || !request.types.empty() || request.after || request.before;
}

bool passes(const SearchRequest& request, const Filtered& event) {
  const auto& time = event.occurred_at;
  if (request.after && (!time || *time < *request.after)) return false;
  if (request.before && (!time || *time >= *request.before)) return false;
  if (!request.sources.empty() &&
      std::ranges::find(request.sources, event.source) == request.sources.end())
    return false;
  return request.types.empty() || is_of_kind(event.type, event.subject, request.types);
}

}  // namespace lightfast::contract
