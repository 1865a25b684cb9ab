// The bare mirror of a remote repository, `mirror.git`. It can be made anew at any time, so
// anything doubtful about it ends in that. All under sync.lock, held by the caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "base/result.h"
#include "tools/repo/git/repository.h"

namespace lightfast::repo {

inline constexpr std::uint64_t kMaxMirrorBytes = 512ULL << 20;
inline constexpr std::size_t kMaxMirrorPacks =
    200;  // each fetch adds one; look-ups slow down with their number

struct Mirror {
  Repository repository;
  bool fresh = false;  // made anew beside the old one, which adopt_mirror() replaces
};

// Opens the mirror for fetching. A missing, damaged or overgrown one is made anew beside.
Result<Mirror> open_mirror(const std::filesystem::path& key_directory, int directory);

// The same, the one that is there notwithstanding.
Result<Mirror> start_new_mirror(const std::filesystem::path& key_directory, int directory);

// Puts a fresh mirror, now filled, in the place of the old one, and opens it there.
Result<Repository> adopt_mirror(Mirror fresh, const std::filesystem::path& key_directory,
                                int directory);

}  // namespace lightfast::repo
