#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/git/tree.h"

using lightfast::ErrorKind;
using lightfast::repo::EntryKind;
using lightfast::repo::parse_tree;
using lightfast::repo::TreeEntry;

namespace {

std::string entry(const std::string& mode, const std::string& name) {
  return mode + " " + name + '\0' + std::string(20, '\xAB');
}

}  // namespace

TEST_CASE("tree entries are read as they are stored") {
  std::string id;
  for (int i = 0; i < 20; ++i) id += "ab";
  const auto bytes = entry("100644", "b") + entry("40000", "a") + entry("104755", "") +
                     entry("120000", "l") + entry("160000", "s") + entry("100664", "g") +
                     entry("10644", "fifo");
  const auto entries = parse_tree(bytes);
  REQUIRE(entries.has_value());
  CHECK(*entries == std::vector<TreeEntry>{{EntryKind::File, "b", id},
                                           {EntryKind::Directory, "a", id},
                                           {EntryKind::Executable, "", id},
                                           {EntryKind::Symlink, "l", id},
                                           {EntryKind::Submodule, "s", id},
                                           {EntryKind::File, "g", id},
                                           {EntryKind::Unknown, "fifo", id}});
  CHECK(parse_tree("")->empty());
}

TEST_CASE("a tree that is cut anywhere is corrupt") {
  const auto whole = entry("100644", "name") + entry("40000", "d");
  const auto first = entry("100644", "name").size();
  for (std::size_t length = 1; length < whole.size(); ++length) {
    if (length == first) continue;
    INFO(length);
    const auto entries = parse_tree(std::string_view(whole).substr(0, length));
    REQUIRE_FALSE(entries.has_value());
    CHECK(entries.error().kind == ErrorKind::Corrupt);
  }
  CHECK_FALSE(parse_tree(entry("99999", "name")).has_value());
  CHECK_FALSE(parse_tree(entry("77777777777777777777", "name")).has_value());
}
