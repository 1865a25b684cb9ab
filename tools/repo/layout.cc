#include "tools/repo/layout.h"

#include <sys/stat.h>

#include <cerrno>

#include <spdlog/fmt/fmt.h>

#include "base/files.h"
#include "base/text.h"

namespace lightfast::repo {
namespace {

std::string identity_text(const SourceIdentity& identity) {
  return fmt::format("{}\n{}\n{}\n", identity.kind, identity.location, identity.branch);
}

// Readable by all: the helper, perhaps of another uid, writes here, and its parents keep others
// out.
Result<void> make_key_directory(const std::filesystem::path& path) {
  constexpr mode_t kMode = 0755;
  if (::mkdir(path.c_str(), kMode) == 0) {
    if (::chmod(path.c_str(), kMode) == 0) return {};  // whatever the umask
  } else if (errno == EEXIST) {
    return {};
  }
  return errno_error(fmt::format("making directory '{}'", visible_text(path.string())), errno);
}

// FNV-1a, 64 bits: stable over processes and versions, which std::hash is not.
std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char byte : text) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 0x100000001B3ULL;
  }
  return hash;
}

Result<void> claim(const std::filesystem::path& key_directory, const SourceIdentity& identity) {
  const auto file = key_directory / "source";
  const auto text = identity_text(identity);
  const auto there = read_file(file);
  if (!there && there.error().kind == ErrorKind::NotFound) return write_file_atomically(file, text);
  const auto claimed = TRY(read_file(file));
  if (claimed == text) return {};
  return Error{ErrorKind::Corrupt,
               fmt::format("'{}' belongs to another repository; remove that directory",
                           visible_text(key_directory.string()))};
}

}  // namespace

std::string source_key(const SourceIdentity& identity) {
  return fmt::format("{:016x}", stable_hash(identity_text(identity)));
}

Result<void> check_org(const OrgId& org) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  const auto& name = org.value;
  const bool fine = !name.empty() && name.size() <= 64 && name[0] != '.' &&
                    name.find_first_not_of(kAllowed) == std::string::npos;
  if (fine) return {};
  return Error{
      ErrorKind::InvalidArgument,
      "an organisation's name is 1 to 64 letters, digits, '.', '_' or '-', not beginning with '.'",
      "org"};
}

Result<Layout> prepare_layout(const std::filesystem::path& data_dir, const OrgId& org,
                              const SourceIdentity& identity) {
  TRY(check_org(org));
  const auto org_directory = data_dir / "orgs" / org.value;
  TRY(make_private_directories(org_directory));
  Layout layout{.key_directory = org_directory / source_key(identity)};
  TRY(make_key_directory(layout.key_directory));
  TRY(claim(layout.key_directory, identity));
  return layout;
}

}  // namespace lightfast::repo
