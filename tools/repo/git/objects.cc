#include "tools/repo/git/objects.h"

#include <git2.h>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "tools/repo/git/git_error.h"

namespace lightfast::repo {
namespace {

// Fits 50,000 entries with the longest names: a larger tree breaks a rule whatever is in it.
constexpr std::size_t kMaxTreeBytes = 16UL << 20;
constexpr std::size_t kMaxCommitBytes = 1UL << 20;

Result<git_oid> object_id(std::string_view id) {
  git_oid oid;
  if (id.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&oid, id.data(), id.size()) != 0) {
    return Error{ErrorKind::InvalidArgument, fmt::format("'{}' is not an object id", id)};
  }
  return oid;
}

std::string text_of(const git_oid& oid) {
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), &oid);
  return text;
}

}  // namespace

Result<Objects> Objects::open(git_repository* repository) {
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0)
    return git_failure(ErrorKind::Corrupt, "opening the object store");
  return Objects(odb);
}

Objects::~Objects() {
  if (odb_ != nullptr) git_odb_free(odb_);
}

Result<std::uint64_t> Objects::size_of(std::string_view id, int type) const {
  const git_oid oid = TRY(object_id(id));
  std::size_t size = 0;
  git_object_t found = GIT_OBJECT_INVALID;
  const auto doing = fmt::format("reading object {}", id);
  if (git_odb_read_header(&size, &found, odb_, &oid) != 0)
    return git_failure(ErrorKind::Corrupt, doing);
  if (found != type) return Error{ErrorKind::Corrupt, doing + ": it is of another type"};
  return size;
}

Result<std::string> Objects::content_of(std::string_view id, int type, std::size_t limit) const {
  const std::uint64_t size = TRY(size_of(id, type));
  const auto doing = fmt::format("reading object {}", id);
  if (size > limit) {
    return Error{ErrorKind::LimitExceeded,
                 fmt::format("{}: {} bytes, more than {}", doing, size, limit)};
  }
  const git_oid oid = TRY(object_id(id));
  git_odb_object* raw = nullptr;
  if (git_odb_read(&raw, odb_, &oid) != 0) return git_failure(ErrorKind::Corrupt, doing);
  const CHandle<git_odb_object, git_odb_object_free> object(raw);
  if (git_odb_object_size(raw) != size)
    return Error{ErrorKind::Corrupt, doing + ": its size is not what was stated"};
  return std::string(static_cast<const char*>(git_odb_object_data(raw)), size);
}

Result<std::vector<TreeEntry>> Objects::tree(std::string_view id) const {
  return parse_tree(TRY(content_of(id, GIT_OBJECT_TREE, kMaxTreeBytes)));
}

Result<std::uint64_t> Objects::blob_size(std::string_view id) const {
  return size_of(id, GIT_OBJECT_BLOB);
}

Result<std::string> Objects::blob(std::string_view id, std::size_t limit) const {
  return content_of(id, GIT_OBJECT_BLOB, limit);
}

Result<Commit> Objects::commit(git_repository* repository, std::string_view id) const {
  const git_oid oid = TRY(object_id(id));
  const auto size = TRY(size_of(id, GIT_OBJECT_COMMIT));
  const auto doing = fmt::format("reading commit {}", id);
  if (size > kMaxCommitBytes) return Error{ErrorKind::LimitExceeded, doing + ": larger than 1 MiB"};
  git_commit* raw = nullptr;
  if (git_commit_lookup(&raw, repository, &oid) != 0) return git_failure(ErrorKind::Corrupt, doing);
  const CHandle<git_commit, git_commit_free> commit(raw);
  return Commit{.id = std::string(id),
                .tree = text_of(*git_commit_tree_id(raw)),
                .committed_at = git_commit_time(raw)};
}

}  // namespace lightfast::repo
