#include "auth/key_file.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/files.h"
#include "base/handles.h"
#include "base/json.h"

namespace lightfast::auth {
namespace {

namespace fs = std::filesystem;

constexpr int kVersion = 1;
constexpr std::size_t kMaxFileBytes = std::size_t{16} << 20U;  // kMaxKeys with the longest labels
constexpr ::mode_t kMode = 0600;

Error damaged(std::string_view what) {
  return {ErrorKind::Corrupt,
          fmt::format("{}; no key is accepted until the file is put back from a backup, or moved "
                      "away and new keys are made",
                      what)};
}

std::string hex(const Digest& digest) { return fmt::format("{:02x}", fmt::join(digest, "")); }

std::optional<Digest> digest_of(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  if (text.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i)
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, digest[i], 16);
  return digest;
}

// The text of a member that must be there; empty when it is not.
std::string text_of(const Json& object, const char* name) {
  const auto member = object.find(name);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

std::optional<std::vector<std::string>> texts_of(const Json& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return std::nullopt;
  for (const auto& item : list) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// A record that key_json() made, or nothing.
std::optional<StoredKey> stored_key(const Json& record) {
  for (const char* name : {"id", "org", "label", "scopes", "sha256", "createdAt", "revokedAt"}) {
    if (!record.is_object() || !record.contains(name)) return std::nullopt;
  }
  const auto digest = digest_of(text_of(record, "sha256"));
  auto scopes = texts_of(record["scopes"]);
  const auto& revoked = record["revokedAt"];
  const bool well_formed =
      digest && scopes && record["label"].is_string() && (revoked.is_null() || revoked.is_string());
  if (!well_formed) return std::nullopt;
  StoredKey stored{.key = {.id = text_of(record, "id"),
                           .org = {text_of(record, "org")},
                           .label = text_of(record, "label"),
                           .scopes = std::move(*scopes),
                           .created_at = text_of(record, "createdAt"),
                           .revoked_at = std::nullopt},
                   .digest = *digest};
  if (revoked.is_string()) stored.key.revoked_at = revoked.get<std::string>();
  const bool complete =
      !stored.key.id.empty() && !stored.key.org.value.empty() && !stored.key.created_at.empty();
  return complete ? std::optional(std::move(stored)) : std::nullopt;
}

Json key_json(const StoredKey& stored) {
  const auto& key = stored.key;
  Json record = {
      {"id", key.id},         {"org", key.org.value},         {"label", key.label},
      {"scopes", key.scopes}, {"sha256", hex(stored.digest)}, {"createdAt", key.created_at},
      {"revokedAt", nullptr}};
  if (key.revoked_at) record["revokedAt"] = *key.revoked_at;
  return record;
}

FileState state_of(const struct ::stat& status) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return {.device = status.st_dev,
          .inode = status.st_ino,
          .size = status.st_size,
          .modified = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
          .changed = status.st_ctim.tv_sec * kSecond + status.st_ctim.tv_nsec};
}

// Root's files in a directory of another user are for that user, whom the server may run as.
Result<std::optional<FileOwner>> owner_for(const fs::path& directory) {
  if (::geteuid() != 0) return std::optional<FileOwner>();
  struct ::stat status = {};
  if (::stat(directory.c_str(), &status) != 0)
    return errno_error(fmt::format("looking at '{}'", directory.string()), errno);
  return std::optional(FileOwner{.user = status.st_uid, .group = status.st_gid});
}

// A link that lies in wait under that name is not followed, and only a file of our own making is
// given away.
Result<UniqueFd> open_lock(const fs::path& path, const std::optional<FileOwner>& owner) {
  const auto doing = fmt::format("opening '{}'", path.string());
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  UniqueFd lock(::open(path.c_str(), kFlags | O_CREAT | O_EXCL, kMode));
  if (lock) {
    if (owner && ::fchown(lock.get(), owner->user, owner->group) != 0)
      return errno_error(doing, errno);
    return lock;
  }
  if (errno == EEXIST) lock.reset(::open(path.c_str(), kFlags));
  if (!lock) return errno_error(doing, errno);
  return lock;
}

// Held until the descriptor is closed.
Result<UniqueFd> take_lock(const fs::path& path, const std::optional<FileOwner>& owner) {
  auto lock = TRY(open_lock(path, owner));
  while (::flock(lock.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return errno_error(fmt::format("locking '{}'", path.string()), errno);
  }
  return lock;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  Digest digest{};
  unsigned int size = 0;
  const int done =
      ::EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, ::EVP_sha256(), nullptr);
  assert(done == 1 && size == digest.size());
  return digest;
}

Result<std::vector<StoredKey>> parse_key_file(std::string_view text) {
  const auto document = Json::parse(text, nullptr, false);
  const bool is_ours = document.is_object() && document.contains("version") &&
                       document["version"].is_number_integer() && document.contains("keys") &&
                       document["keys"].is_array();
  if (!is_ours) return damaged("it is not a list of API keys");
  if (document["version"] != kVersion) {
    return Error{ErrorKind::Corrupt,
                 "a later version of lightfast has written it; use that version, or move the file "
                 "away and make new keys"};
  }
  std::vector<StoredKey> keys;
  for (const auto& record : document["keys"]) {
    auto stored = stored_key(record);
    if (!stored) return damaged(fmt::format("key {} of it is damaged", keys.size() + 1));
    keys.push_back(std::move(*stored));
  }
  return keys;
}

std::string key_file_text(const std::vector<StoredKey>& keys) {
  Json document = {{"version", kVersion}, {"keys", Json::array()}};
  for (const auto& stored : keys) document["keys"].push_back(key_json(stored));
  return document.dump(2) + "\n";
}

Result<FileState> state_of(const fs::path& file) {
  struct ::stat status = {};
  if (::stat(file.c_str(), &status) == 0) return state_of(status);
  if (errno == ENOENT) return FileState{};
  return errno_error(fmt::format("looking at '{}'", file.string()), errno);
}

Result<KeyFile> read_key_file(const fs::path& file) {
  const auto doing = fmt::format("reading the API keys in '{}'", file.string());
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && errno == ENOENT) return KeyFile{};
  struct ::stat status = {};
  if (!fd || ::fstat(fd.get(), &status) != 0) return errno_error(doing, errno);
  if (!S_ISREG(status.st_mode)) return damaged("it is not a regular file").during(doing);
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Error{ErrorKind::PermissionDenied,
                 fmt::format("{}: others may write it, so it proves nothing; look whose keys are "
                             "in it, then: chmod 600 '{}'",
                             doing, file.string())};
  }
  const auto text = TRY(read_all(fd.get(), kMaxFileBytes).during(doing));
  auto keys = TRY(parse_key_file(text).during(doing));
  return KeyFile{.state = state_of(status), .keys = std::move(keys)};
}

Result<void> change_key_file(const fs::path& file,
                             const std::function<Result<void>(std::vector<StoredKey>&)>& change) {
  TRY(make_private_directories(file.parent_path()));
  const auto owner = TRY(owner_for(file.parent_path()));
  const auto lock = TRY(take_lock(fs::path(file).replace_extension(".lock"), owner));
  auto keys = TRY(read_key_file(file)).keys;
  TRY(change(keys));
  return write_file_atomically(file, key_file_text(keys), kMode, owner);
}

}  // namespace lightfast::auth
