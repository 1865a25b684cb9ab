// Who a caller is, once a key or a token has been found good. Plain data.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace lightfast::auth {

// What keys and tokens may be for: the organisation's context; and the metrics of the whole server,
// those of other organisations included.
inline constexpr const char* kReadsContext = "context:read";
inline constexpr const char* kReadsMetrics = "metrics:read";

struct Principal {
  std::string id;  // of the key, or the token's subject; for logs and limits, no secret
  OrgId org;
  std::vector<std::string> scopes;  // "context:read"

  // Whether the caller may do what needs `scope`.
  [[nodiscard]] bool may(std::string_view scope) const {
    return std::ranges::find(scopes, scope) != scopes.end();
  }

  bool operator==(const Principal&) const = default;
};

}  // namespace lightfast::auth
