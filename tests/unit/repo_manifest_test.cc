#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/git/manifest.h"

using lightfast::ErrorKind;
using lightfast::repo::append_to_manifest;
using lightfast::repo::EntryKind;
using lightfast::repo::Manifest;
using lightfast::repo::manifest_start;
using lightfast::repo::ManifestEntry;

namespace {

const std::string kObject(40, 'a');
const std::string kOther(40, 'b');

}  // namespace

TEST_CASE("a manifest finds what was written into it, by path, kind and content") {
  auto text = manifest_start();
  const ManifestEntry file{EntryKind::File, kObject, 1700000000};
  append_to_manifest(text, {EntryKind::Directory, kOther, 5}, "");
  append_to_manifest(text, file, "d/with space\nand line \xFF");
  append_to_manifest(text, {EntryKind::Symlink, kOther, 0}, "link");
  const auto manifest = Manifest::parse(text);
  REQUIRE(manifest.has_value());
  CHECK(manifest->size() == 3);

  const auto* const found = manifest->find("d/with space\nand line \xFF", EntryKind::File, kObject);
  REQUIRE(found != nullptr);
  CHECK(*found == file);
  CHECK(manifest->find("", EntryKind::Directory, kOther)->mtime == 5);
  CHECK(manifest->find("link", EntryKind::File, kOther) == nullptr);
  CHECK(manifest->find("link", EntryKind::Symlink, kObject) == nullptr);
  CHECK(manifest->find("other", EntryKind::File, kObject) == nullptr);
}

TEST_CASE("a manifest stays readable after it was moved") {
  auto text = manifest_start();
  append_to_manifest(text, {EntryKind::File, kObject, 7}, "a");
  auto parsed = Manifest::parse(text);
  REQUIRE(parsed.has_value());
  const Manifest moved = std::move(*parsed);
  CHECK(moved.find("a", EntryKind::File, kObject)->object == kObject);
}

TEST_CASE("a manifest that is not whole is corrupt") {
  auto text = manifest_start();
  append_to_manifest(text, {EntryKind::File, kObject, 7}, "a");
  const std::string cases[] = {"",
                               "x",
                               std::string("lightfast-manifest 2\0", 21),
                               text.substr(0, text.size() - 1),
                               manifest_start() + std::string("100644 short 7 a\0", 17),
                               manifest_start() + "100600 " + kObject + std::string(" 7 a\0", 5),
                               manifest_start() + "100644 " + kObject + std::string(" x a\0", 5),
                               manifest_start() + "100644 " + kObject + std::string(" 7\0", 3)};
  for (const auto& bad : cases) {
    INFO(bad);
    const auto manifest = Manifest::parse(bad);
    REQUIRE_FALSE(manifest.has_value());
    CHECK(manifest.error().kind == ErrorKind::Corrupt);
  }
}
