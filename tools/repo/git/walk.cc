#include "tools/repo/git/walk.h"

#include <string_view>
#include <unordered_set>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

class Walk {
 public:
  Walk(const Objects& objects, Refusal& refusal) : objects_(objects), refusal_(refusal) {}

  Result<Plan> run(const std::string& tree) {
    plan_.entries.push_back({.object = tree});
    TRY(visit_directory(0, 0));
    return std::move(plan_);
  }

 private:
  // `path_bytes` is the length of the directory's path. Recursion ends at kMaxDepth.
  Result<void> visit_directory(std::size_t directory, std::size_t path_bytes) {
    const auto tree = plan_.entries[directory].object;
    const auto where = plan_.path(directory);
    auto entries = TRY(
        objects_.tree(tree).during(fmt::format("reading directory '/{}'", display_path(where))));
    TRY(announce(directory, entries));
    std::unordered_set<std::string_view> names;
    for (auto& entry : entries) {
      if (!names.insert(entry.name).second) return refuse("duplicate-name", directory, entry.name);
      TRY(visit_entry(directory, path_bytes, entry));
    }
    return {};
  }

  // Counts what a directory holds before any of it is visited: else wide directories in one another
  // would all be held before the first of them is counted to its end.
  Result<void> announce(std::size_t directory, const std::vector<TreeEntry>& entries) {
    const auto allowed = kMaxEntries - announced_;
    if (entries.size() > allowed) return refuse("entry-count", directory, entries[allowed].name);
    announced_ += entries.size();
    return {};
  }

  Result<void> visit_entry(std::size_t directory, std::size_t path_bytes, const TreeEntry& entry) {
    TRY(check_entry(directory, path_bytes, entry));
    const std::size_t index = plan_.entries.size();
    plan_.entries.push_back({.parent = directory,
                             .depth = plan_.entries[directory].depth + 1,
                             .kind = entry.kind,
                             .name = entry.name,
                             .object = entry.object});
    if (entry.kind == EntryKind::Submodule) return {};
    if (entry.kind == EntryKind::Directory)
      return visit_directory(index, path_bytes + entry.name.size() + 1);
    return measure(index);
  }

  Result<void> check_entry(std::size_t directory, std::size_t path_bytes, const TreeEntry& entry) {
    if (const auto rule = broken_name_rule(entry.name); !rule.empty())
      return refuse(rule, directory, entry.name);
    if (entry.kind == EntryKind::Unknown) return refuse("mode", directory, entry.name);
    if (plan_.entries[directory].depth >= kMaxDepth)
      return refuse("path-depth", directory, entry.name);
    if (path_bytes + entry.name.size() > kMaxPathBytes)
      return refuse("path-length", directory, entry.name);
    paths_bytes_ += path_bytes + entry.name.size();
    if (paths_bytes_ > kMaxPathsBytes) return refuse("paths-length", directory, entry.name);
    return {};
  }

  Result<void> measure(std::size_t index) {
    auto& entry = plan_.entries[index];
    const auto size = objects_.blob_size(entry.object);
    if (!size)
      return Error(size.error())
          .during(fmt::format("reading '{}'", display_path(plan_.path(index))));
    entry.size = *size;
    if (entry.kind == EntryKind::Symlink) TRY(check_link(entry));
    plan_.bytes += entry.is_replaced() ? replacement_note(entry).size() : entry.size;
    if (plan_.bytes > kMaxTotalBytes) return refuse("total-size", entry.parent, entry.name);
    return {};
  }

  Result<void> check_link(const PlannedEntry& entry) {
    if (entry.size == 0 || entry.size > kMaxLinkBytes)
      return refuse("link-target", entry.parent, entry.name);
    const auto target = TRY(objects_.blob(entry.object, kMaxLinkBytes));
    if (target.find('\0') != std::string::npos)
      return refuse("link-target", entry.parent, entry.name);
    return {};
  }

  Result<void> refuse(std::string_view rule, std::size_t directory, std::string_view name) {
    const auto parent = plan_.path(directory);
    refusal_ = {std::string(rule), display_path(parent.empty() ? std::string(name)
                                                               : parent + "/" + std::string(name))};
    const bool limit = rule == "path-depth" || rule == "path-length" || rule == "paths-length" ||
                       rule == "entry-count" || rule == "total-size" || rule == "name-length";
    return Error{
        limit ? ErrorKind::LimitExceeded : ErrorKind::Corrupt,
        fmt::format("refused for rule {} at '{}': {}", rule, refusal_.path, rule_text(rule))};
  }

  const Objects& objects_;
  Refusal& refusal_;
  Plan plan_;
  std::size_t announced_ = 0;    // entries of the directories visited so far
  std::size_t paths_bytes_ = 0;  // of all entries' paths so far
};

}  // namespace

std::string Plan::path(std::size_t index) const {
  std::vector<std::string_view> names;
  for (; index != 0; index = entries[index].parent) names.emplace_back(entries[index].name);
  return fmt::format("{}", fmt::join(names.rbegin(), names.rend(), "/"));
}

std::string replacement_note(const PlannedEntry& entry) {
  return fmt::format("[lightfast: the file '{}' of {} is over the limit of {} and is not shown]\n",
                     display_path(entry.name), size_text(entry.size), size_text(kMaxFileBytes));
}

Result<Plan> plan_tree(const Objects& objects, const std::string& tree, Refusal& refusal) {
  return Walk(objects, refusal).run(tree);
}

}  // namespace lightfast::repo
