// The walk over a commit's tree that decides, before anything is written, what the snapshot will
// hold. Reads no file's content, only sizes, so that a hostile tree costs no more than its bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/repo/git/objects.h"
#include "tools/repo/git/response.h"
#include "tools/repo/git/tree.h"

namespace lightfast::repo {

inline constexpr std::size_t kMaxDepth = 64;  // components of a path
inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr std::size_t kMaxEntries = 50'000;  // expanded: a tree used twice counts twice
inline constexpr std::size_t kMaxPathsBytes = 16UL << 20;     // of all paths: the manifest has them
inline constexpr std::uint64_t kMaxTotalBytes = 64ULL << 20;  // of all files and links as written
inline constexpr std::uint64_t kMaxFileBytes = 8ULL << 20;    // longer: replaced by a note
inline constexpr std::size_t kMaxLinkBytes = 4095;

struct PlannedEntry {
  std::size_t parent = 0;  // index in Plan::entries
  std::size_t depth = 0;   // 0: the root, whose name is empty
  EntryKind kind = EntryKind::Directory;
  std::string name = {};
  std::string object = {};
  std::uint64_t size = 0;  // of the blob in the repository
  [[nodiscard]] bool is_replaced() const { return size > kMaxFileBytes; }
};

// Every directory comes before what it holds, and what it holds before its next sibling.
struct Plan {
  std::vector<PlannedEntry> entries;  // the first is the root
  std::uint64_t bytes = 0;            // of all files and links as they will be written

  [[nodiscard]] std::string path(
      std::size_t index) const;  // from the root, without a slash at the front
};

// The line that stands in the place of a file over kMaxFileBytes.
std::string replacement_note(const PlannedEntry& entry);

// LimitExceeded or Corrupt with `refusal` filled when the tree breaks a rule (names.h); Corrupt
// without it when objects are missing or damaged.
Result<Plan> plan_tree(const Objects& objects, const std::string& tree, Refusal& refusal);

}  // namespace lightfast::repo
