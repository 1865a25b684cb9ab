#include "tools/repo/git/writer.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "tools/repo/git/files.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

std::array<timespec, 2> times(std::int64_t mtime) {
  return {{{.tv_sec = mtime, .tv_nsec = 0}, {.tv_sec = mtime, .tv_nsec = 0}}};
}

unsigned permissions(EntryKind kind) { return kind == EntryKind::Executable ? 0755 : 0644; }

// A directory that is being written, and its counterpart in the previous snapshot where there is
// one.
struct Level {
  UniqueFd directory;
  UniqueFd previous;
  std::string path;  // with a slash at its end, empty for the root
  std::int64_t mtime = 0;
};

class Writer {
 public:
  Writer(const Plan& plan, const Objects& objects, const PreviousSnapshot& previous,
         std::int64_t commit_time)
      : plan_(plan), objects_(objects), previous_(previous), commit_time_(commit_time) {}

  Result<std::string> run(UniqueFd root) {
    const auto& first = plan_.entries.front();
    const auto mtime = record_entry(first, "").mtime;
    levels_.push_back(
        {std::move(root), UniqueFd(::fcntl(previous_.root.get(), F_DUPFD_CLOEXEC, 0)), "", mtime});
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
  struct Recorded {
    std::int64_t mtime;
    bool unchanged;
  };

  Recorded record_entry(const PlannedEntry& entry, const std::string& path) {
    const auto* const before = previous_.manifest.find(path, entry.kind, entry.object);
    const auto mtime = before == nullptr ? commit_time_ : before->mtime;
    append_to_manifest(manifest_, {entry.kind, entry.object, mtime}, path);
    return {mtime, before != nullptr};
  }

  // Ends directories until `depth` are left. Their times are set now, since writing into them
  // changed these.
  Result<void> leave_levels(std::size_t depth) {
    while (levels_.size() > depth) {
      const auto& level = levels_.back();
      if (::futimens(level.directory.get(), times(level.mtime).data()) != 0) {
        return errno_error("setting the time of a directory", errno);
      }
      levels_.pop_back();
    }
    return {};
  }

  Result<void> write_entry(const PlannedEntry& entry) {
    const auto& level = levels_.back();
    const auto path = level.path + entry.name;
    const auto [mtime, unchanged] = record_entry(entry, path);
    if (entry.kind == EntryKind::Directory || entry.kind == EntryKind::Submodule)
      return enter(entry, path, mtime);
    if (unchanged && level.previous && share(entry)) return {};
    if (entry.kind == EntryKind::Symlink) return write_link(entry, mtime);
    return write_file(entry, mtime);
  }

  Result<void> enter(const PlannedEntry& entry, const std::string& path, std::int64_t mtime) {
    const auto& level = levels_.back();
    if (::mkdirat(level.directory.get(), entry.name.c_str(), 0755) != 0)
      return errno_error("making a directory", errno);
    UniqueFd directory = TRY(open_directory(level.directory.get(), entry.name));
    UniqueFd previous;
    if (level.previous) {
      auto found = open_directory(level.previous.get(), entry.name);
      if (found) previous = std::move(*found);  // else it is new, and so is all in it
    }
    levels_.push_back({std::move(directory), std::move(previous), path + "/", mtime});
    return {};
  }

  // Links to the previous snapshot's file. False when that cannot be (another file system, too many
  // links, no such file) or when what is found there is not what its manifest says.
  bool share(const PlannedEntry& entry) {
    const auto& level = levels_.back();
    const char* name = entry.name.c_str();
    const int directory = level.directory.get();
    if (::linkat(level.previous.get(), name, directory, name, 0) != 0) return false;
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

  Result<void> write_file(const PlannedEntry& entry, std::int64_t mtime) {
    const auto content = entry.is_replaced() ? replacement_note(entry)
                                             : TRY(objects_.blob(entry.object, kMaxFileBytes));
    const UniqueFd file = TRY(
        create_file(levels_.back().directory.get(), entry.name, permissions(entry.kind), content));
    if (::futimens(file.get(), times(mtime).data()) != 0)
      return errno_error("setting its time", errno);
    return {};
  }

  Result<void> write_link(const PlannedEntry& entry, std::int64_t mtime) {
    const auto target = TRY(objects_.blob(entry.object, kMaxLinkBytes));
    const int directory = levels_.back().directory.get();
    const char* name = entry.name.c_str();
    if (::symlinkat(target.c_str(), directory, name) != 0)
      return errno_error("making a link", errno);
    if (::utimensat(directory, name, times(mtime).data(), AT_SYMLINK_NOFOLLOW) != 0) {
      return errno_error("setting its time", errno);
    }
    return {};
  }

  const Plan& plan_;
  const Objects& objects_;
  const PreviousSnapshot& previous_;
  const std::int64_t commit_time_;
  std::string manifest_ = manifest_start();
  std::vector<Level> levels_;
};

}  // namespace

Result<std::string> write_tree(const Plan& plan, const Objects& objects,
                               const PreviousSnapshot& previous, std::int64_t commit_time,
                               UniqueFd root) {
  return Writer(plan, objects, previous, commit_time).run(std::move(root));
}

}  // namespace lightfast::repo
