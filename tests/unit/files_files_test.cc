#include "tools/files/files.h"

#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "temp_directory.h"

namespace lightfast::files {
namespace {

namespace fs = std::filesystem;
using test::TempDirectory;

constexpr std::size_t kLimit = 100;

void write(const TempDirectory& root, const std::string& path, const std::string& content) {
  fs::create_directories((root.path() / path).parent_path());
  (void)root.with_file(path, content);
}

std::vector<std::string> paths_in(const fs::path& root) {
  const auto files = list_files(root);
  REQUIRE(files.has_value());
  std::vector<std::string> paths;
  for (const auto& file : *files) paths.push_back(file.path);
  return paths;
}

ErrorKind refusal(const fs::path& root, const std::string& path) {
  const auto read = read_file_of(root, path, kLimit);
  REQUIRE_FALSE(read.has_value());
  return read.error().kind;
}

TEST_CASE("files are listed by path, with their sizes", "[files]") {
  const TempDirectory root;
  write(root, "b.md", "two\n");
  write(root, "a/z.md", "");
  write(root, "a/b/c.md", "x");
  write(root, "a.md", "1");
  CHECK(list_files(root.path()).value() ==
        std::vector<File>{{"a.md", 1}, {"a/b/c.md", 1}, {"a/z.md", 0}, {"b.md", 4}});
}

TEST_CASE("links to files are files, links to directories and to outside are not", "[files]") {
  const TempDirectory outside;
  const auto secret = outside.with_file("secret", "secret");
  const TempDirectory root;
  write(root, "docs/a.md", "a");
  fs::create_symlink("docs/a.md", root.path() / "link");
  fs::create_symlink("docs", root.path() / "directory");
  fs::create_symlink(secret, root.path() / "absolute");
  fs::create_symlink("../" + outside.path().filename().string() + "/secret",
                     root.path() / "relative");
  fs::create_symlink("nowhere", root.path() / "dangling");
  fs::create_symlink("loop", root.path() / "loop");
  CHECK(paths_in(root.path()) == std::vector<std::string>{"docs/a.md", "link"});
  CHECK(read_file_of(root.path(), "link", kLimit) == "a");
  CHECK(read_file_of(root.path(), "directory/a.md", kLimit) == "a");
  for (const char* path : {"absolute", "relative", "dangling", "loop"}) {
    INFO(path);
    CHECK(refusal(root.path(), path) == ErrorKind::NotFound);
  }
}

TEST_CASE("what is no file within the snapshot is not found", "[files]") {
  const TempDirectory root;
  write(root, "docs/a.md", "a");
  for (const char* path : {"", "docs", "docs/b.md", "docs/a.md/x", "/etc/passwd", "../etc/passwd",
                           "docs/../../etc/passwd"}) {
    INFO(path);
    CHECK(refusal(root.path(), path) == ErrorKind::NotFound);
  }
}

TEST_CASE("a file that is longer than the limit is not read", "[files]") {
  const TempDirectory root;
  write(root, "exactly", std::string(kLimit, 'x'));
  write(root, "more", std::string(kLimit + 1, 'x'));
  CHECK(read_file_of(root.path(), "exactly", kLimit)->size() == kLimit);
  CHECK(refusal(root.path(), "more") == ErrorKind::LimitExceeded);
}

}  // namespace
}  // namespace lightfast::files
