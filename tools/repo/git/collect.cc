#include "tools/repo/git/collect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "tools/repo/git/files.h"
#include "tools/repo/git/record.h"

namespace lightfast::repo {
namespace {

void remove_with_prefix(int directory, std::string_view prefix) {
  const auto names = names_in(directory);
  if (!names) return;
  for (const auto& name : *names) {
    if (name.starts_with(prefix))
      (void)remove_tree(directory, name);  // tried again by the next run
  }
}

// Locks of snapshots that a killed run had not published yet, or had removed already.
void remove_locks_of_nothing(int snapshots) {
  constexpr std::string_view kSuffix = ".lock";
  const auto names = names_in(snapshots);
  if (!names) return;
  for (const auto& name : *names) {
    if (!name.ends_with(kSuffix)) continue;
    const auto commit = name.substr(0, name.size() - kSuffix.size());
    struct stat status = {};
    const bool is_there =
        ::fstatat(snapshots, commit.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
    if (is_there || !is_object_id(commit)) continue;
    if (lock_file(snapshots, name, {})) ::unlinkat(snapshots, name.c_str(), 0);
  }
}

// When the snapshot was written; its record never changes afterwards.
std::pair<std::int64_t, std::int64_t> written_at(int snapshots, const std::string& commit) {
  struct stat status = {};
  if (::fstatat(snapshots, (commit + "/record.json").c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return {0, 0};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

std::vector<std::string> newest_first(int snapshots) {
  std::vector<std::pair<std::pair<std::int64_t, std::int64_t>, std::string>> found;
  const auto names = names_in(snapshots);
  if (!names) return {};
  for (const auto& name : *names) {
    if (is_object_id(name)) found.emplace_back(written_at(snapshots, name), name);
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::string> commits;
  commits.reserve(found.size());
  for (auto& [time, commit] : found) commits.push_back(std::move(commit));
  return commits;
}

}  // namespace

void remove_leftovers(int directory) {
  remove_with_prefix(directory, "mirror.git.");
  remove_with_prefix(directory, "current.");
  const auto snapshots = open_directory(directory, "snapshots");
  if (!snapshots) return;
  remove_with_prefix(snapshots->get(), "tmp.");
  remove_locks_of_nothing(snapshots->get());
}

bool set_aside(int snapshots, const std::string& commit, const std::string& aside) {
  const auto lock = lock_file(snapshots, commit + ".lock", {});
  if (!lock) return false;
  if (::renameat(snapshots, commit.c_str(), snapshots, aside.c_str()) != 0) return false;
  ::unlinkat(snapshots, (commit + ".lock").c_str(), 0);
  return true;
}

bool set_oldest_aside(int snapshots, const std::string& current, const std::string& aside) {
  auto commits = newest_first(snapshots);
  std::ranges::reverse(commits);
  return std::ranges::any_of(commits, [&](const std::string& commit) {
    return commit != current && set_aside(snapshots, commit, aside);
  });
}

bool remove_unused_snapshot(int snapshots, const std::string& commit) {
  const auto aside = "tmp.removed-" + commit;
  return set_aside(snapshots, commit, aside) && remove_tree(snapshots, aside).has_value();
}

void collect_snapshots(int snapshots, const std::string& current) {
  std::size_t kept = 0;
  for (const auto& commit : newest_first(snapshots)) {
    if (commit == current || kept++ < kKeptSnapshots) continue;
    remove_unused_snapshot(snapshots, commit);
  }
}

}  // namespace lightfast::repo
