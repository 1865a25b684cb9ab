// The objects of one git repository, read by their id. Checks every object's size before it reads
// its content, and its hash after. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tools/repo/git/tree.h"

struct git_odb;
struct git_repository;

namespace lightfast::repo {

struct Commit {
  std::string id;
  std::string tree;
  std::int64_t committed_at = 0;  // seconds since 1970, by the committer's word
};

class Objects {
 public:
  static Result<Objects> open(git_repository* repository);
  Objects(Objects&& other) noexcept : odb_(std::exchange(other.odb_, nullptr)) {}
  Objects& operator=(Objects&&) = delete;
  ~Objects();

  // All: Corrupt when the object is missing, damaged or not of the kind asked for; LimitExceeded
  // when it is longer than `limit`, a tree than 16 MiB, a commit than 1 MiB.
  [[nodiscard]] Result<Commit> commit(git_repository* repository, std::string_view id) const;
  [[nodiscard]] Result<std::vector<TreeEntry>> tree(std::string_view id) const;
  [[nodiscard]] Result<std::uint64_t> blob_size(std::string_view id) const;
  [[nodiscard]] Result<std::string> blob(std::string_view id, std::size_t limit) const;

 private:
  explicit Objects(git_odb* odb) : odb_(odb) {}
  [[nodiscard]] Result<std::uint64_t> size_of(std::string_view id, int type) const;
  [[nodiscard]] Result<std::string> content_of(std::string_view id, int type,
                                               std::size_t limit) const;

  git_odb* odb_;
};

}  // namespace lightfast::repo
