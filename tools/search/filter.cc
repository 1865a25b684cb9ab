#include "tools/search/filter.h"

#include <algorithm>

namespace lightfast::search {

bool is_of_kind(std::string_view type, std::string_view subject,
                const std::vector<std::string>& kinds) {
  const auto kind = type.substr(0, type.find('.'));
  const auto about = subject.substr(0, subject.find(':'));
  return std::ranges::any_of(kinds, [&](const std::string& wanted) {
    return wanted == type || wanted == kind || wanted == about;
  });
}

bool has_filter(const contract::SearchRequest& request) {
  return !request.sources.empty() || !request.types.empty() || request.after || request.before;
}

bool passes(const contract::SearchRequest& request, const Filtered& event) {
  if (request.after && event.occurred_at < *request.after) return false;
  if (request.before && event.occurred_at >= *request.before) return false;
  if (!request.sources.empty() &&
      std::ranges::find(request.sources, event.source) == request.sources.end())
    return false;
  return request.types.empty() || is_of_kind(event.type, event.subject, request.types);
}

}  // namespace lightfast::search
