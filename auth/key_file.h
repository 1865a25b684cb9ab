// The file of API keys: its text, and reading and replacing it. Nothing here is kept between calls.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/api_keys.h"
#include "base/result.h"

namespace lightfast::auth {

Digest sha256(std::string_view bytes);

struct StoredKey {
  ApiKey key;
  Digest digest{};  // of the whole secret
  bool operator==(const StoredKey&) const = default;
};

// Corrupt when `text` is not what key_file_text() makes, or was made by a later version.
Result<std::vector<StoredKey>> parse_key_file(std::string_view text);

std::string key_file_text(const std::vector<StoredKey>& keys);

// Which file it is and in which state; equal while it has not been changed.
struct FileState {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = -1;                  // -1: there is no file
  std::int64_t modified = 0, changed = 0;  // ns
  bool operator==(const FileState&) const = default;
};

Result<FileState> state_of(const std::filesystem::path& file);

struct KeyFile {
  FileState state;
  std::vector<StoredKey> keys;
};

// No keys when there is no file. PermissionDenied when others may write it.
Result<KeyFile> read_key_file(const std::filesystem::path& file);

// Has `change` change the keys in `file` while no other process does, and puts the result on disk.
// Nothing is written when `change` fails. Makes missing directories.
Result<void> change_key_file(const std::filesystem::path& file,
                             const std::function<Result<void>(std::vector<StoredKey>&)>& change);

}  // namespace lightfast::auth
