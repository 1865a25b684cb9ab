// The entries of one git tree object. Pure functions over its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lightfast::repo {

enum class EntryKind { Directory, File, Executable, Symlink, Submodule, Unknown };

struct TreeEntry {
  EntryKind kind = EntryKind::Unknown;
  std::string name;    // as stored, unchecked
  std::string object;  // 40 hexadecimal digits

  bool operator==(const TreeEntry&) const = default;
};

// Reads `MODE SP NAME NUL 20-BYTES` until the end; Corrupt when the bytes are not that. Order and
// names are as stored.
Result<std::vector<TreeEntry>> parse_tree(std::string_view bytes);

// The mode as git writes it: 040000, 100644, 100755, 120000, 160000.
std::string_view mode_text(EntryKind kind);

}  // namespace lightfast::repo
