// Which names a tree may hold, and how names are shown. Pure functions over raw bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lightfast::repo {

inline constexpr std::size_t kMaxNameBytes = 255;

// The rule that the name of one tree entry breaks, or empty when it may be written:
//   empty-name, dot-name (`.` and `..`), nul-in-name, slash-in-name, name-length (over
//   kMaxNameBytes), git-name: `.git` in any case, and what Windows (`git~1`, `.git. .`,
//   `.git::$INDEX_ALLOCATION`, after a backslash) and macOS (`.g<U+200C>it`) take for it.
std::string_view broken_name_rule(std::string_view name);

// What is wrong with a name by that rule, for people.
std::string_view rule_text(std::string_view rule);

// A path in one printable line: visible_text() with line breaks and tabs escaped too, cut after 300
// bytes.
std::string display_path(std::string_view path);

}  // namespace lightfast::repo
