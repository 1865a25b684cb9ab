#include "tools/repo/git/collect.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
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
  if (snapshots) remove_with_prefix(snapshots->get(), "tmp.");
}

bool remove_unused_snapshot(int snapshots, const std::string& commit) {
  const auto lock = lock_file(snapshots, commit + ".lock", {});
  if (!lock) return false;
  const auto aside = "tmp.removed-" + commit;
  if (::renameat(snapshots, commit.c_str(), snapshots, aside.c_str()) != 0) return false;
  ::unlinkat(snapshots, (commit + ".lock").c_str(), 0);
  return remove_tree(snapshots, aside).has_value();
}

void collect_snapshots(int snapshots, const std::string& current) {
  std::size_t kept = 0;
  for (const auto& commit : newest_first(snapshots)) {
    if (commit == current || kept++ < kKeptSnapshots) continue;
    remove_unused_snapshot(snapshots, commit);
  }
}

}  // namespace lightfast::repo
