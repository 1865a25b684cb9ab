// What the `--repo` option may be: the URL of a remote repository or the path of a local one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "tools/repo/git/url.h"

namespace lightfast::repo {

struct LocalPath {
  std::filesystem::path path;  // as given, not looked at

  bool operator==(const LocalPath&) const = default;
};

using Source = std::variant<RemoteUrl, LocalPath>;

// InvalidArgument says what would be accepted; no secret of the text is repeated. Looks at nothing
// outside.
Result<Source> parse_source(std::string_view text);

// A branch name as git allows it; empty (the default branch) is fine.
Result<void> check_branch(std::string_view branch);

}  // namespace lightfast::repo
