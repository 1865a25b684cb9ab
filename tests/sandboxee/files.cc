#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "attempts.h"
#include "base/handles.h"

namespace lightfast::sandboxee {
namespace {

Outcome read_path(Words words) {
  const UniqueFd file(::open(words[0].c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return by(-1);
  char byte = 0;
  return by(::read(file.get(), &byte, 1));
}

Outcome list(Words words) {
  const CHandle<DIR, ::closedir> directory(::opendir(words[0].c_str()));
  if (!directory) return by(-1);
  return by_finding(::readdir(directory.get()) != nullptr, "nothing listed");
}

Outcome look_at(Words words) {
  struct stat status = {};
  return by(::stat(words[0].c_str(), &status));
}

Outcome write_path(Words words) {
  const UniqueFd file(::open(words[0].c_str(), O_WRONLY | O_CLOEXEC));
  return by(file.get());
}

Outcome create(Words words) {
  const UniqueFd file(::open(words[0].c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  const auto outcome = by(file.get());
  if (file) ::unlink(words[0].c_str());
  return outcome;
}

Outcome make_directory(Words words) {
  const auto outcome = by(::mkdir(words[0].c_str(), 0700));
  if (outcome.verdict == Verdict::Worked) ::rmdir(words[0].c_str());
  return outcome;
}

// Metadata, each set to what it is.
struct stat status_of(const std::string& path) {
  struct stat status = {};
  ::stat(path.c_str(), &status);
  return status;
}

Outcome truncate_path(Words words) {
  return by(::truncate(words[0].c_str(), status_of(words[0]).st_size));
}

Outcome change_mode(Words words) {
  return by(::chmod(words[0].c_str(), status_of(words[0]).st_mode & 07777U));
}

Outcome change_owner(Words words) {
  const auto status = status_of(words[0]);
  return by(::chown(words[0].c_str(), status.st_uid, status.st_gid));
}

Outcome change_times(Words words) {
  const auto status = status_of(words[0]);
  const std::array<timespec, 2> times = {status.st_atim, status.st_mtim};
  return by(::utimensat(AT_FDCWD, words[0].c_str(), times.data(), 0));
}

Outcome set_attribute(Words words) {
  constexpr const char* kName = "user.lightfast";
  const auto outcome = by(::setxattr(words[0].c_str(), kName, "1", 1, 0));
  if (outcome.verdict == Verdict::Worked) ::removexattr(words[0].c_str(), kName);
  return outcome;
}

Outcome make_node(Words words) {
  const auto outcome = by(::mknod(words[0].c_str(), S_IFIFO | 0600U, 0));
  if (outcome.verdict == Verdict::Worked) ::unlink(words[0].c_str());
  return outcome;
}

Outcome use_device(Words words) {
  const dev_t zero = makedev(1, 5);
  if (::mknod(words[0].c_str(), S_IFCHR | 0600U, zero) != 0) return by(-1);
  const auto outcome = read_path(words);
  ::unlink(words[0].c_str());
  return outcome;
}

// By its handle, which no directory's permissions guard.
Outcome open_by_handle(Words words) {
  alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> room = {};
  auto* handle = reinterpret_cast<file_handle*>(room.data());
  handle->handle_bytes = MAX_HANDLE_SZ;
  int mount = 0;
  if (::name_to_handle_at(AT_FDCWD, words[0].c_str(), handle, &mount, 0) != 0) return by(-1);
  const UniqueFd here(::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const UniqueFd file(::open_by_handle_at(here.get(), handle, O_RDONLY | O_CLOEXEC));
  return by(file.get());
}

const std::array<std::string, 1> nothing = {"nothing"};

Outcome execute(Words words) { return executing(words[0], nothing); }

Outcome map_executable(Words words) {
  const UniqueFd file(::open(words[0].c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return by(-1);
  const void* mapped = ::mmap(nullptr, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, file.get(), 0);
  return by(mapped == MAP_FAILED ? -1 : 0);
}

Outcome copy_and_execute(Words words) {
  const NewDirectory directory(words[1]);
  const auto copy = directory.path() + "/program";
  if (directory.path().empty() || !copy_program(words[0], copy)) return by(-1);
  return executing(copy, nothing);
}

constexpr std::array<Attempt, 18> kAttempts = {{
    {"read", 1, read_path},
    {"list", 1, list},
    {"look-at", 1, look_at},
    {"write", 1, write_path},
    {"create", 1, create},
    {"make-directory", 1, make_directory},
    {"truncate", 1, truncate_path},
    {"change-mode", 1, change_mode},
    {"change-owner", 1, change_owner},
    {"change-times", 1, change_times},
    {"set-attribute", 1, set_attribute},
    {"make-node", 1, make_node},
    {"use-device", 1, use_device},
    {"open-by-handle", 1, open_by_handle},
    {"execute", 1, execute},
    {"map-executable", 1, map_executable},
    {"copy-and-execute", 2, copy_and_execute},
    {"nothing", 0, [](Words /*words*/) { return by(0); }},
}};

}  // namespace

std::span<const Attempt> attempts_on_files() { return kAttempts; }

}  // namespace lightfast::sandboxee
