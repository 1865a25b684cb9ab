// Opening a git repository as data: its hooks, filters, worktree and owner play no part.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "base/result.h"

struct git_repository;

namespace lightfast::repo {

inline constexpr std::size_t kMaxPackObjects = 1'000'000;
// Of an object that the library puts together in memory.
inline constexpr std::size_t kMaxObjectBytes = 256UL << 20;

struct RepositoryDeleter {
  void operator()(git_repository* repository) const;
};
using Repository = std::unique_ptr<git_repository, RepositoryDeleter>;

// Sets what libgit2 keeps for the whole process: bounds, no configuration from outside, own
// certificate authorities (empty: the system's). Once, before anything else of libgit2.
Result<void> prepare_libgit2(const std::filesystem::path& ca_file);

// Opens a git directory read-only, of whichever owner, bare or a worktree's.
Result<Repository> open_repository(const std::filesystem::path& git_dir);

// Makes an empty bare repository at a path where nothing is.
Result<Repository> create_repository(const std::filesystem::path& path);

}  // namespace lightfast::repo
