// Who owns a hosted repository and what it is called, by its URL. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

struct RepositoryName {
  std::string owner, name;

  bool operator==(const RepositoryName&) const = default;
};

// The last two parts of the path of `url`, which may be `user@host:path`, without `.git`.
// InvalidArgument when there are not two.
Result<RepositoryName> repository_name(std::string_view url);

// The host's name, in lower case, without port and user.
std::string host_of(std::string_view url);

// Whether `host` is the one whose API `api_host` is: itself, or `api.` before it, as GitHub has it.
bool is_api_of(std::string_view api_host, std::string_view host);

}  // namespace lightfast::repo
