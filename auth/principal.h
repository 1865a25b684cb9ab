// Who a caller is, once a key or a token has been found good. Plain data.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace lightfast::auth {

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
