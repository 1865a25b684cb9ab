// Small files, read and written whole. Every function says in its error which path it was about.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast {

// The content of a regular file of at most `limit` bytes; LimitExceeded when it is longer.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit = 1 << 20);

// Everything readable from `fd` up to its end, at most `limit` bytes; LimitExceeded when there is
// more.
Result<std::string> read_all(int fd, std::size_t limit);

// Writes all of `bytes`, however many calls it takes.
Result<void> write_all(int fd, std::string_view bytes);

struct FileOwner {
  uid_t user = 0;
  gid_t group = 0;
};

// Replaces `path` in one step: readers see the old or the new content, also after a crash (written
// beside, fsync, rename). The file has `mode`, and belongs to `owner` from the first on; by itself
// to the process's own user.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   mode_t mode = 0644, std::optional<FileOwner> owner = {});

// Makes `path` and its missing parents, mode 0700 (their content is the user's own).
Result<void> make_private_directories(const std::filesystem::path& path);

// The file of the running program.
Result<std::filesystem::path> program_path();

// The directory of the running program, where its helper programs are too.
Result<std::filesystem::path> program_directory();

// A file that is built and installed with the running program: beside it, or in
// ../libexec/lightfast. Unavailable when it is in neither.
Result<std::filesystem::path> installed_file(const std::string& name);

}  // namespace lightfast
