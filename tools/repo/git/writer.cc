#include "tools/repo/git/writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <unordered_map>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "tools/repo/git/files.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

std::array<timespec, 2> times(std::int64_t mtime) {
  return {{{.tv_sec = mtime, .tv_nsec = 0}, {.tv_sec = mtime, .tv_nsec = 0}}};
}

// A submodule is an empty directory.
bool is_directory_kind(EntryKind kind) {
  return kind == EntryKind::Directory || kind == EntryKind::Submodule;
}

unsigned permissions(EntryKind kind) { return kind == EntryKind::Executable ? 0755 : 0644; }

// A directory on the way to what is being written. Opened when something in it is.
struct Level {
  std::string name;
  std::string path;  // with a slash at its end, empty for the root
  std::int64_t mtime = 0;
  bool keeps_time = false;  // was there, the same in all it holds
  UniqueFd directory;
  std::optional<UniqueFd> previous;  // its counterpart, not open where there is none
};

class Writer {
 public:
  Writer(const Plan& plan, const Objects& objects, const WriteOptions& options)
      : plan_(plan), objects_(objects), options_(options) {}

  Result<std::string> run(UniqueFd root) {
    if (options_.there.size() > 0) TRY(remove_outdated(root.get()));
    const auto& first = plan_.entries.front();
    record(first, "");
    levels_.push_back(
        {.name = "",
         .path = "",
         .mtime = mtime_of(first, ""),
         .keeps_time = is_there(first, ""),
         .directory = std::move(root),
         .previous = UniqueFd(::fcntl(options_.previous.root.get(), F_DUPFD_CLOEXEC, 0))});
    for (std::size_t index = 1; index < plan_.entries.size(); ++index) {
      const auto& entry = plan_.entries[index];
      TRY(leave_levels(entry.depth));
      TRY(write_entry(entry).during(
          fmt::format("writing '{}'", display_path(levels_.back().path + entry.name))));
    }
    TRY(leave_levels(0));
    return std::move(manifest_);
  }

 private:
  [[nodiscard]] const ManifestEntry* before(const PlannedEntry& entry,
                                            const std::string& path) const {
    return options_.previous.manifest.find(path, entry.kind, entry.object);
  }

  [[nodiscard]] std::int64_t mtime_of(const PlannedEntry& entry, const std::string& path) const {
    const auto* const known = before(entry, path);
    return known == nullptr ? options_.commit_time : known->mtime;
  }

  // As it is to be, in all it holds.
  [[nodiscard]] bool is_there(const PlannedEntry& entry, const std::string& path) const {
    const auto* const found = options_.there.find(path, entry.kind, entry.object);
    return found != nullptr && found->mtime == mtime_of(entry, path);
  }

  void record(const PlannedEntry& entry, const std::string& path) {
    append_to_manifest(manifest_, {entry.kind, entry.object, mtime_of(entry, path)}, path);
  }

  // ---- What is there and is not to be.

  Result<void> remove_outdated(int root) {
    std::unordered_map<std::string, std::size_t> planned;
    for (std::size_t index = 0; index < plan_.entries.size(); ++index)
      planned.emplace(plan_.path(index), index);
    const auto find = [&](std::string_view path) -> const PlannedEntry* {
      const auto found = planned.find(std::string(path));
      return found == planned.end() ? nullptr : &plan_.entries[found->second];
    };
    for (const auto& [path, found] : options_.there.entries()) {
      const auto* const entry = find(path);
      if (entry != nullptr && stays(found, *entry, std::string(path))) continue;
      const auto slash = path.rfind('/');
      const auto parent = slash == std::string_view::npos ? "" : path.substr(0, slash);
      // Of a directory that goes, what it holds goes with it.
      const auto* const above = find(parent);
      if (above == nullptr || above->kind != EntryKind::Directory) continue;
      TRY(remove_at(root, parent, std::string(path.substr(slash + 1))));
    }
    return {};
  }

  [[nodiscard]] bool stays(const ManifestEntry& found, const PlannedEntry& entry,
                           const std::string& path) const {
    const bool is_directory = is_directory_kind(entry.kind);
    return is_directory ? found.kind == entry.kind : is_there(entry, path);
  }

  static Result<void> remove_at(int root, std::string_view parent, const std::string& name) {
    UniqueFd directory(::fcntl(root, F_DUPFD_CLOEXEC, 0));
    while (!parent.empty()) {
      const auto part = std::string(parent.substr(0, parent.find('/')));
      directory = TRY(open_directory(directory.get(), part));
      parent.remove_prefix(std::min(parent.size(), part.size() + 1));
    }
    return remove_tree(directory.get(), name);
  }

  // ---- What is to be and is not there.

  // Ends directories until `depth` are left.
  Result<void> leave_levels(std::size_t depth) {
    while (levels_.size() > depth) {
      TRY(set_time_of_last());
      levels_.pop_back();
    }
    return {};
  }

  // At the end, since writing into a directory changes its time.
  Result<void> set_time_of_last() {
    const auto& level = levels_.back();
    if (level.keeps_time && !level.directory) return {};
    const int directory = TRY(open_level(levels_.size() - 1));
    if (::futimens(directory, times(level.mtime).data()) == 0) return {};
    return errno_error("setting the time of a directory", errno);
  }

  // The directory of a level, for writing into it.
  Result<int> open_level(std::size_t level) {
    auto& wanted = levels_[level];
    if (!wanted.directory) {
      const int parent = TRY(open_level(level - 1));
      wanted.directory = TRY(open_directory(parent, wanted.name));
    }
    return wanted.directory.get();
  }

  // Its counterpart in the previous snapshot; -1 where there is none.
  int previous_level(std::size_t level) {
    auto& wanted = levels_[level];
    if (!wanted.previous) {
      wanted.previous.emplace();
      const int parent = previous_level(level - 1);
      auto found = parent < 0 ? Result<UniqueFd>(Error{}) : open_directory(parent, wanted.name);
      if (found) wanted.previous = std::move(*found);
    }
    return wanted.previous->get();
  }

  Result<void> write_entry(const PlannedEntry& entry) {
    const auto path = levels_.back().path + entry.name;
    record(entry, path);
    if (is_directory_kind(entry.kind)) return enter(entry, path);
    if (is_there(entry, path)) return {};
    const int directory = TRY(open_level(levels_.size() - 1));
    if (before(entry, path) != nullptr && share(entry, directory)) return {};
    const auto mtime = mtime_of(entry, path);
    if (entry.kind == EntryKind::Symlink) return write_link(entry, directory, mtime);
    return write_file(entry, directory, mtime);
  }

  Result<void> enter(const PlannedEntry& entry, const std::string& path) {
    Level level{.name = entry.name,
                .path = path + "/",
                .mtime = mtime_of(entry, path),
                .keeps_time = is_there(entry, path),
                .directory = {},
                .previous = {}};
    const auto* const found = options_.there.at(path);
    if (found == nullptr || found->kind != entry.kind) {
      const int parent = TRY(open_level(levels_.size() - 1));
      if (::mkdirat(parent, entry.name.c_str(), 0755) != 0)
        return errno_error("making a directory", errno);
      level.directory = TRY(open_directory(parent, entry.name));
    }
    levels_.push_back(std::move(level));
    return {};
  }

  // Links to the previous snapshot's file. False when that cannot be (another file system, too many
  // links, no such file) or when what is found there is not what its manifest says.
  bool share(const PlannedEntry& entry, int directory) {
    const int previous = previous_level(levels_.size() - 1);
    const char* name = entry.name.c_str();
    if (previous < 0 || ::linkat(previous, name, directory, name, 0) != 0) return false;
    struct stat status = {};
    const bool link = entry.kind == EntryKind::Symlink;
    const unsigned mode = link ? S_IFLNK | 0777U : S_IFREG | permissions(entry.kind);
    const auto size = entry.is_replaced() ? replacement_note(entry).size() : entry.size;
    const bool found = ::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (found && status.st_mode == mode && static_cast<std::uint64_t>(status.st_size) == size)
      return true;
    ::unlinkat(directory, name, 0);
    return false;
  }

  Result<void> write_file(const PlannedEntry& entry, int directory, std::int64_t mtime) {
    const auto content = entry.is_replaced() ? replacement_note(entry)
                                             : TRY(objects_.blob(entry.object, kMaxFileBytes));
    const UniqueFd file = TRY(create_file(directory, entry.name, permissions(entry.kind), content));
    if (::futimens(file.get(), times(mtime).data()) != 0)
      return errno_error("setting its time", errno);
    return {};
  }

  static Result<void> set_link_time(int directory, const char* name, std::int64_t mtime) {
    if (::utimensat(directory, name, times(mtime).data(), AT_SYMLINK_NOFOLLOW) == 0) return {};
    return errno_error("setting its time", errno);
  }

  Result<void> write_link(const PlannedEntry& entry, int directory, std::int64_t mtime) {
    const auto target = TRY(objects_.blob(entry.object, kMaxLinkBytes));
    const char* name = entry.name.c_str();
    if (::symlinkat(target.c_str(), directory, name) != 0)
      return errno_error("making a link", errno);
    return set_link_time(directory, name, mtime);
  }

  const Plan& plan_;
  const Objects& objects_;
  const WriteOptions& options_;
  std::string manifest_ = manifest_start();
  std::vector<Level> levels_;
};

}  // namespace

Result<std::string> write_tree(const Plan& plan, const Objects& objects,
                               const WriteOptions& options, UniqueFd root) {
  return Writer(plan, objects, options).run(std::move(root));
}

}  // namespace lightfast::repo
