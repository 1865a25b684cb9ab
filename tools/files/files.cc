#include "tools/files/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/handles.h"
#include "base/text.h"

namespace lightfast::files {
namespace {

namespace fs = std::filesystem;

UniqueFd open_beneath(const UniqueFd& root, const std::string& path, std::uint64_t flags) {
  open_how how = {};
  how.flags = flags | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(
      static_cast<int>(::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
}

Result<UniqueFd> open_root(const fs::path& root) {
  UniqueFd directory(::open(root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return errno_error("opening the snapshot", errno);
  return directory;
}

// What a regular file is, by way of links or not; nothing for all else.
std::optional<struct stat> look_at(const UniqueFd& root, const std::string& path) {
  struct stat status = {};
  const auto file = open_beneath(root, path, O_PATH);
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return status;
}

// Not a link to one. Some file systems leave the type out of their entries.
bool is_directory(int parent, const dirent& entry) {
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  struct stat status = {};
  return ::fstatat(parent, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

class Listing {
 public:
  explicit Listing(UniqueFd root) : root_(std::move(root)) {}

  // Links to directories are not followed, so what is below is met once.
  Result<std::vector<File>> take() {
    std::vector<std::string> directories = {"."};
    while (!directories.empty()) {
      const auto directory = std::move(directories.back());
      directories.pop_back();
      TRY(read(directory, directories));
    }
    std::ranges::sort(files_, {}, &File::path);
    return std::move(files_);
  }

 private:
  Result<void> read(const std::string& directory, std::vector<std::string>& directories) {
    UniqueFd fd = open_beneath(root_, directory, O_RDONLY | O_DIRECTORY);
    if (!fd) return errno_error("listing the snapshot", errno);
    const CHandle<DIR, ::closedir> entries(::fdopendir(fd.get()));
    if (!entries) return errno_error("listing the snapshot", errno);
    (void)fd.release();
    while (const dirent* entry = ::readdir(entries.get())) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      auto path = directory == "." ? std::string(name) : directory + "/" + std::string(name);
      if (is_directory(::dirfd(entries.get()), *entry)) {
        directories.push_back(std::move(path));
      } else if (const auto file = look_at(root_, path)) {
        files_.push_back(
            {.path = std::move(path), .bytes = static_cast<std::uint64_t>(file->st_size)});
      }
    }
    return {};
  }

  UniqueFd root_;
  std::vector<File> files_;
};

}  // namespace

Result<std::vector<File>> list_files(const fs::path& root) {
  return Listing(TRY(open_root(root))).take();
}

Result<std::string> read_file_of(const fs::path& root, const std::string& path, std::size_t limit) {
  const auto directory = TRY(open_root(root));
  const auto shown = visible_line(path);
  if (!look_at(directory, path))
    return Error{ErrorKind::NotFound, "no file '" + shown + "' in the repository"};
  const auto file = open_beneath(directory, path, O_RDONLY | O_NONBLOCK);
  if (!file) return errno_error("opening '" + shown + "'", errno);
  return read_all(file.get(), limit).during("reading '" + shown + "'");
}

std::string version_of(const fs::path& root, const std::string& path) {
  const auto directory = open_root(root);
  const auto file = directory ? look_at(*directory, path) : std::nullopt;
  if (!file) return {};
  return fmt::format("{}:{}:{}:{}", file->st_dev, file->st_ino, file->st_size,
                     file->st_mtim.tv_sec);
}

}  // namespace lightfast::files
