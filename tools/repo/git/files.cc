#include "tools/repo/git/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string doing(std::string_view verb, const std::string& name) {
  return fmt::format("{} '{}'", verb, display_path(name));
}

}  // namespace

Result<UniqueFd> open_directory(int parent, const std::string& name) {
  UniqueFd directory(::openat(parent, name.c_str(), kDirectoryFlags));
  if (!directory) return errno_error(doing("opening directory", name), errno);
  return directory;
}

Result<UniqueFd> make_and_open_directory(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0755) != 0 && errno != EEXIST) {
    return errno_error(doing("making directory", name), errno);
  }
  return open_directory(parent, name);
}

Result<std::vector<std::string>> names_in(int directory) {
  UniqueFd own = TRY(open_directory(directory, "."));
  const CHandle<DIR, ::closedir> stream(::fdopendir(own.get()));
  if (!stream) return errno_error("listing a directory", errno);
  (void)own.release();  // the stream closes it
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string name = static_cast<const char*>(entry->d_name);
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) return errno_error("listing a directory", errno);
  return names;
}

Result<void> remove_tree(int parent, const std::string& name) {
  if (::unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return errno_error(doing("removing", name), errno);
  const UniqueFd directory = TRY(open_directory(parent, name));
  const auto names = TRY(names_in(directory.get()));
  for (const auto& inner : names) TRY(remove_tree(directory.get(), inner));
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0)
    return errno_error(doing("removing", name), errno);
  return {};
}

Result<UniqueFd> create_file(int parent, const std::string& name, unsigned mode,
                             std::string_view content) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(::openat(parent, name.c_str(), kFlags, mode));
  if (!file) return errno_error(doing("creating", name), errno);
  TRY(write_all(file.get(), content).during(doing("writing", name)));
  return file;
}

Result<UniqueFd> lock_file(int parent, const std::string& name, std::chrono::milliseconds wait) {
  using namespace std::chrono_literals;
  UniqueFd file(::openat(parent, name.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return errno_error(doing("opening", name), errno);
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return errno_error(doing("locking", name), errno);
    if (std::chrono::steady_clock::now() >= deadline) {
      return Error{ErrorKind::Timeout, fmt::format("locking '{}': another process holds it", name)};
    }
    std::this_thread::sleep_for(10ms);
  }
  return file;
}

}  // namespace lightfast::repo
