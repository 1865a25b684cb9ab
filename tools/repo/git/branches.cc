#include "tools/repo/git/branches.h"

#include <utility>

#include <git2.h>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "tools/repo/git/git_error.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

constexpr std::string_view kBranchPrefix = "refs/heads/";
constexpr std::size_t kMaxListed = 20;

std::string listed(const Branches& branches) {
  std::string text;
  std::size_t count = 0;
  for (const auto& [name, commit] : branches.commits) {
    if (count++ == kMaxListed) return text + ", ...";
    if (!text.empty()) text += ", ";
    text += display_path(name);
  }
  return text;
}

Result<std::string> object_of(git_repository* repository, const std::string& reference) {
  git_oid oid;
  if (git_reference_name_to_id(&oid, repository, reference.c_str()) != 0) {
    return git_failure(ErrorKind::NotFound,
                       fmt::format("reading reference '{}'", display_path(reference)));
  }
  std::string text(GIT_OID_HEXSZ, '\0');
  git_oid_fmt(text.data(), &oid);
  return text;
}

Result<Branches> local_branches(git_repository* repository) {
  git_reference_iterator* raw = nullptr;
  if (git_reference_iterator_glob_new(&raw, repository, "refs/heads/*") != 0) {
    return git_failure(ErrorKind::Corrupt, "listing branches");
  }
  const CHandle<git_reference_iterator, git_reference_iterator_free> iterator(raw);
  Branches branches;
  const char* name = nullptr;
  while (git_reference_next_name(&name, raw) == 0) {
    auto commit = object_of(repository, name);
    if (commit)
      branches.commits.emplace(std::string_view(name).substr(kBranchPrefix.size()),
                               std::move(*commit));
  }
  return branches;
}

}  // namespace

Result<Head> choose_branch(const Branches& branches, const std::string& asked) {
  if (branches.commits.empty())
    return Error{ErrorKind::NotFound, "repository is empty: push a first commit"};
  const auto& wanted = asked.empty() ? branches.standard : asked;
  if (wanted.empty()) {
    return Error{ErrorKind::NotFound,
                 "the repository names no default branch: choose one with --branch; branches: " +
                     listed(branches)};
  }
  const auto found = branches.commits.find(wanted);
  if (found == branches.commits.end()) {
    return Error{ErrorKind::NotFound, fmt::format("{} '{}' does not exist; branches: {}",
                                                  asked.empty() ? "default branch" : "branch",
                                                  display_path(wanted), listed(branches))};
  }
  return Head{.branch = found->first, .commit = found->second};
}

Result<Head> local_head(git_repository* repository, const std::string& asked) {
  git_reference* raw = nullptr;
  if (git_reference_lookup(&raw, repository, "HEAD") != 0)
    return git_failure(ErrorKind::Corrupt, "reading HEAD");
  const CHandle<git_reference, git_reference_free> head(raw);
  const char* target = git_reference_symbolic_target(raw);
  if (asked.empty() && target == nullptr) {
    auto commit = TRY(object_of(repository, "HEAD"));
    return Head{.branch = "HEAD", .commit = std::move(commit)};
  }
  Branches branches = TRY(local_branches(repository));
  if (target != nullptr && std::string_view(target).starts_with(kBranchPrefix)) {
    branches.standard = target + kBranchPrefix.size();
  }
  return choose_branch(branches, asked);
}

}  // namespace lightfast::repo
