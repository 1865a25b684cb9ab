// A local git repository, looked at without libgit2 and without running git: where its parts are,
// and whether its head moved. Only reads small files of the git directory itself.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast::repo {

struct LocalRepository {
  std::filesystem::path git_dir;     // HEAD is here
  std::filesystem::path common_dir;  // references and objects are here; differs for a worktree
  std::vector<std::filesystem::path>
      object_dirs;  // outside of common_dir: alternates, linked object stores

  bool operator==(const LocalRepository&) const = default;
};

// Finds the repository at `path`: a work tree with `.git` (a directory, or a file that names one),
// or a git directory. All paths are canonical. InvalidArgument when there is none; PermissionDenied
// when it leads to a directory of another user than its own, unless its own is root or this
// process's. Alternates of another user are left out.
Result<LocalRepository> find_local_repository(const std::filesystem::path& path);

// A text that differs whenever the head of `branch` (empty: what HEAD names) may have moved, made
// with a few system calls. Not a commit: packed and linked references are told apart by their
// files' identities only.
std::string head_fingerprint(const LocalRepository& repository, const std::string& branch);

}  // namespace lightfast::repo
