#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace lightfast {

Result<std::string> read_all(int fd, std::size_t limit) {
  std::string content;
  std::array<char, 16384> buffer;
  while (true) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count == 0) return content;
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno_error("reading", errno);
    }
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > limit) {
      return Error{ErrorKind::LimitExceeded,
                   "reading: more than " + std::to_string(limit) + " bytes"};
    }
  }
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const auto doing = "reading '" + path.string() + "'";
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) return errno_error(doing, errno);
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return errno_error(doing, errno);
  if (!S_ISREG(status.st_mode))
    return Error{ErrorKind::InvalidArgument, doing + ": not a regular file"};
  return read_all(fd.get(), limit).during(doing);
}

Result<void> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0) {
      if (errno == EINTR) continue;
      return errno_error("writing", errno);
    }
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   mode_t mode, std::optional<FileOwner> owner) {
  const auto doing = "writing '" + path.string() + "'";
  auto beside = path.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(beside.data(), O_CLOEXEC));
  if (!fd) return errno_error(doing, errno);
  const auto written = [&]() -> Result<void> {
    TRY(write_all(fd.get(), content));
    if (owner && ::fchown(fd.get(), owner->user, owner->group) != 0)
      return errno_error("changing the owner", errno);
    if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0)
      return errno_error("writing", errno);
    if (::rename(beside.c_str(), path.c_str()) != 0) return errno_error("renaming", errno);
    return {};
  }();
  if (!written) {
    ::unlink(beside.c_str());
    return Result<void>(written).during(doing);
  }
  const UniqueFd parent(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent && ::fsync(parent.get()) != 0) return errno_error(doing, errno);
  return {};
}

Result<void> make_private_directories(const std::filesystem::path& path) {
  if (path.empty() || path == path.root_path()) return {};
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return Error{ErrorKind::InvalidArgument,
                 "making directory '" + path.string() + "': a file of that name is there"};
  }
  TRY(make_private_directories(path.parent_path()));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return errno_error("making directory '" + path.string() + "'", errno);
  }
  return {};
}

Result<std::filesystem::path> program_path() {
  std::error_code failed;
  auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) return errno_error("reading '/proc/self/exe'", failed.value());
  return program;
}

Result<std::filesystem::path> program_directory() { return TRY(program_path()).parent_path(); }

Result<std::filesystem::path> installed_file(const std::string& name) {
  const auto here = TRY(program_directory());
  for (const auto& path : {here / name, here / "../libexec/lightfast" / name}) {
    if (::access(path.c_str(), R_OK) == 0) return path;
  }
  return Error{ErrorKind::Unavailable,
               "finding '" + name +
                   "': it is neither beside lightfast nor in ../libexec/lightfast; install again"};
}

}  // namespace lightfast
