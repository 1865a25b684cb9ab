#include "tools/repo/git/manifest.h"

#include <array>
#include <charconv>

#include <spdlog/fmt/fmt.h>

#include "tools/repo/git/record.h"

namespace lightfast::repo {
namespace {

Result<EntryKind> kind_of(std::string_view mode) {
  constexpr std::array kKinds = {EntryKind::Directory, EntryKind::File, EntryKind::Executable,
                                 EntryKind::Symlink, EntryKind::Submodule};
  for (const auto kind : kKinds) {
    if (mode_text(kind) == mode) return kind;
  }
  return Error{ErrorKind::Corrupt, "manifest: unknown mode"};
}

// The text up to `end`, which is removed from `rest` with it; nothing when there is no `end`.
Result<std::string_view> take_until(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  if (at == std::string_view::npos) return Error{ErrorKind::Corrupt, "manifest: cut off"};
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at + 1);
  return taken;
}

Result<ManifestEntry> take_entry(std::string_view& line) {
  ManifestEntry entry;
  const auto mode = TRY(take_until(line, ' '));
  entry.kind = TRY(kind_of(mode));
  entry.object = TRY(take_until(line, ' '));
  const auto mtime = TRY(take_until(line, ' '));
  const auto [stop, failed] =
      std::from_chars(mtime.data(), mtime.data() + mtime.size(), entry.mtime);
  const bool whole = failed == std::errc() && stop == mtime.data() + mtime.size();
  if (!whole || !is_object_id(entry.object))
    return Error{ErrorKind::Corrupt, "manifest: malformed entry"};
  return entry;
}

}  // namespace

std::string manifest_start() { return std::string(kManifestHeader) + '\0'; }

void append_to_manifest(std::string& manifest, const ManifestEntry& entry, std::string_view path) {
  fmt::format_to(std::back_inserter(manifest), "{} {} {} {}", mode_text(entry.kind), entry.object,
                 entry.mtime, path);
  manifest.push_back('\0');
}

Result<Manifest> Manifest::parse(std::string text) {
  Manifest manifest;
  manifest.text_ = std::make_unique<const std::string>(std::move(text));
  std::string_view rest = *manifest.text_;
  const auto header = TRY(take_until(rest, '\0'));
  if (header != kManifestHeader) return Error{ErrorKind::Corrupt, "manifest: of another version"};
  while (!rest.empty()) {
    auto line = TRY(take_until(rest, '\0'));
    const auto entry = TRY(take_entry(line));
    manifest.entries_.insert_or_assign(line, entry);  // what is left of the line is the path
  }
  return manifest;
}

const ManifestEntry* Manifest::at(std::string_view path) const {
  const auto found = entries_.find(path);
  return found == entries_.end() ? nullptr : &found->second;
}

const ManifestEntry* Manifest::find(std::string_view path, EntryKind kind,
                                    std::string_view object) const {
  const auto* const entry = at(path);
  return entry != nullptr && entry->kind == kind && entry->object == object ? entry : nullptr;
}

}  // namespace lightfast::repo
