// The files of one snapshot, one by one: which there are and what is in them. Every path is taken
// within the snapshot: no link leads out of it (openat2(2), RESOLVE_BENEATH). Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast::files {

struct File {
  std::string path;  // from the root, bytes as they are
  std::uint64_t bytes = 0;
  bool operator==(const File&) const = default;
};

// All regular files below `root` and the links to such within it, sorted by path, bytewise.
Result<std::vector<File>> list_files(const std::filesystem::path& root);

// The content of the file `path`, links within the snapshot followed. NotFound when there is no
// such file, LimitExceeded when it has more than `limit` bytes.
Result<std::string> read_file_of(const std::filesystem::path& root, const std::string& path,
                                 std::size_t limit);

// What is another text when the content of `path` is another: empty where there is no such file.
std::string version_of(const std::filesystem::path& root, const std::string& path);

}  // namespace lightfast::files
