#include "tools/repo/git/tree.h"

#include <sys/stat.h>

#include <charconv>

#include <spdlog/fmt/fmt.h>

namespace lightfast::repo {
namespace {

constexpr std::size_t kObjectIdBytes = 20;
constexpr unsigned kSubmoduleType = 0160000;

// Old trees hold 100664 and the like: the type and the owner's execute bit are all that counts,
// suid bits never do.
EntryKind kind_of(unsigned mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return EntryKind::Directory;
    case S_IFREG:
      return (mode & S_IXUSR) != 0 ? EntryKind::Executable : EntryKind::File;
    case S_IFLNK:
      return EntryKind::Symlink;
    case kSubmoduleType:
      return EntryKind::Submodule;
    default:
      return EntryKind::Unknown;
  }
}

std::string hexadecimal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes)
    fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes) {
  const Error malformed{ErrorKind::Corrupt, "reading a tree object: malformed entry"};
  std::vector<TreeEntry> entries;
  while (!bytes.empty()) {
    unsigned mode = 0;
    const auto [stop, failed] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), mode, 8);
    bytes.remove_prefix(static_cast<std::size_t>(stop - bytes.data()));
    if (failed != std::errc() || !bytes.starts_with(' ')) return malformed;
    const auto end = bytes.find('\0');
    if (end == std::string_view::npos || bytes.size() - end - 1 < kObjectIdBytes) return malformed;
    entries.push_back({kind_of(mode), std::string(bytes.substr(1, end - 1)),
                       hexadecimal(bytes.substr(end + 1, kObjectIdBytes))});
    bytes.remove_prefix(end + 1 + kObjectIdBytes);
  }
  return entries;
}

std::string_view mode_text(EntryKind kind) {
  switch (kind) {
    case EntryKind::Directory:
      return "040000";
    case EntryKind::File:
      return "100644";
    case EntryKind::Executable:
      return "100755";
    case EntryKind::Symlink:
      return "120000";
    case EntryKind::Submodule:
      return "160000";
    case EntryKind::Unknown:
      break;
  }
  return "000000";
}

}  // namespace lightfast::repo
