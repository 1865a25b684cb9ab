// Which branch a snapshot is of, and where it points.
#pragma once

#include <map>
#include <string>

#include "base/result.h"

struct git_repository;

namespace lightfast::repo {

struct Head {
  std::string branch;  // short name; `HEAD` when a local repository's head is detached
  std::string commit;
};

// What a repository, near or far, says of its branches.
struct Branches {
  std::map<std::string, std::string> commits;  // short name to object id
  std::string standard;                        // the default branch, empty when it names none
};

// The asked branch, or the default one when `asked` is empty. NotFound lists the branches that
// there are, or says that there are none yet.
Result<Head> choose_branch(const Branches& branches, const std::string& asked);

// The same in a local repository, whose HEAD may also be detached.
Result<Head> local_head(git_repository* repository, const std::string& asked);

}  // namespace lightfast::repo
