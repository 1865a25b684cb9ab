#include "tools/repo/git/mirror.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "tools/repo/git/files.h"

namespace lightfast::repo {
namespace {

constexpr const char* kName = "mirror.git";
constexpr const char* kFreshName = "mirror.git.new";
constexpr const char* kOldName = "mirror.git.old";

struct Extent {
  std::uint64_t bytes = 0;
  std::size_t packs = 0;
};

// A run that was killed leaves lock files, which would stop every later one, and half-written
// packs. With sync.lock held nobody else can be using them.
bool is_leftover(const std::string& name) {
  return name.ends_with(".lock") || name.find("_git2_") != std::string::npos;
}

void measure(const std::string& name, const struct stat& status, Extent& extent) {
  extent.bytes += static_cast<std::uint64_t>(status.st_size);
  extent.packs += name.ends_with(".pack") ? 1U : 0U;
}

Result<void> tidy_entry(int directory, const std::string& name, Extent& extent);

// Sums up what is below a directory, removing leftovers on the way.
Result<void> tidy(int directory, Extent& extent) {
  const auto names = TRY(names_in(directory));
  for (const auto& name : names) TRY(tidy_entry(directory, name, extent));
  return {};
}

Result<void> tidy_entry(int directory, const std::string& name, Extent& extent) {
  struct stat status = {};
  if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno_error("reading the mirror", errno);
  }
  if (S_ISDIR(status.st_mode)) {
    const UniqueFd inner = TRY(open_directory(directory, name));
    return tidy(inner.get(), extent);
  }
  if (is_leftover(name)) {
    ::unlinkat(directory, name.c_str(), 0);
  } else {
    measure(name, status, extent);
  }
  return {};
}

bool is_usable(int directory) {
  const auto mirror = open_directory(directory, kName);
  if (!mirror) return false;
  Extent extent;
  return tidy(mirror->get(), extent) && extent.bytes <= kMaxMirrorBytes &&
         extent.packs <= kMaxMirrorPacks;
}

}  // namespace

Result<Mirror> open_mirror(const std::filesystem::path& key_directory, int directory) {
  if (is_usable(directory)) {
    auto repository = open_repository(key_directory / kName);
    if (repository) return Mirror{.repository = std::move(*repository)};
  }
  return start_new_mirror(key_directory, directory);
}

Result<Mirror> start_new_mirror(const std::filesystem::path& key_directory, int directory) {
  TRY(remove_tree(directory, kFreshName));
  return Mirror{.repository = TRY(create_repository(key_directory / kFreshName)), .fresh = true};
}

Result<Repository> adopt_mirror(Mirror fresh, const std::filesystem::path& key_directory,
                                int directory) {
  fresh.repository.reset();  // it opens its packs by path when it needs them
  TRY(remove_tree(directory, kOldName));
  if (::renameat(directory, kName, directory, kOldName) != 0 && errno != ENOENT) {
    return errno_error("setting the old mirror aside", errno);
  }
  if (::renameat(directory, kFreshName, directory, kName) != 0) {
    return errno_error("adopting the new mirror", errno);
  }
  TRY(remove_tree(directory, kOldName));
  return open_repository(key_directory / kName);
}

}  // namespace lightfast::repo
