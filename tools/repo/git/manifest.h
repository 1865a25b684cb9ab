// manifest: what a snapshot holds, so that the next one can share what did not change. Pure
// functions.
//
// `lightfast-manifest 1` NUL, then for every entry in the order it was written `MODE OBJECT MTIME
// PATH` NUL. The root's path is empty.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "tools/repo/git/tree.h"

namespace lightfast::repo {

inline constexpr std::string_view kManifestHeader = "lightfast-manifest 1";

struct ManifestEntry {
  EntryKind kind = EntryKind::File;
  std::string_view object;
  std::int64_t mtime = 0;  // seconds since 1970

  bool operator==(const ManifestEntry&) const = default;
};

std::string manifest_start();
void append_to_manifest(std::string& manifest, const ManifestEntry& entry, std::string_view path);

class Manifest {
 public:
  // Corrupt when the text is not as append_to_manifest() makes it.
  static Result<Manifest> parse(std::string text);
  Manifest() = default;

  // The entry at `path` if it has this kind and content.
  [[nodiscard]] const ManifestEntry* find(std::string_view path, EntryKind kind,
                                          std::string_view object) const;
  // Whatever is at `path`; null for nothing.
  [[nodiscard]] const ManifestEntry* at(std::string_view path) const;

  [[nodiscard]] const std::unordered_map<std::string_view, ManifestEntry>& entries() const {
    return entries_;
  }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  // Keys and values look into this text, which lives on the heap so that moving the manifest does
  // not move it.
  std::unique_ptr<const std::string> text_;
  std::unordered_map<std::string_view, ManifestEntry> entries_;
};

}  // namespace lightfast::repo
