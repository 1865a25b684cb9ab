#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "sandbox/elf.h"
#include "sandbox/toolbox.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::names_in;
using test::TempDirectory;
using Names = std::vector<std::string>;

Names some_programs() { return {"bash", "cat", "grep", "no-such-program", "which"}; }

Toolbox made_in(const TempDirectory& data, const Names& programs = some_programs()) {
  auto toolbox = make_toolbox(data.path(), programs);
  if (!toolbox) FAIL(toolbox.error().message);
  return std::move(*toolbox);
}

fs::path room_of(const TempDirectory& data) { return data / "toolbox"; }

// The toolboxes in the data dir, finished or not.
Names directories_in(const fs::path& room) {
  auto names = names_in(room);
  std::erase_if(names, [&room](const std::string& name) { return !fs::is_directory(room / name); });
  return names;
}

ino_t inode_of(const fs::path& path) {
  struct stat status = {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_ino;
}

TEST_CASE("a toolbox holds what was asked for, and says what this machine lacks", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = made_in(data);
  CHECK(toolbox.programs == Names{"bash", "cat", "grep", "which"});
  CHECK(toolbox.missing == Names{"no-such-program"});
  CHECK(toolbox.directory.parent_path() == room_of(data));
}

TEST_CASE("a toolbox has no program beyond those asked for and sh", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = made_in(data);
  CHECK(names_in(toolbox.directory / "usr/bin") == Names{"bash", "cat", "grep", "sh", "which"});
  CHECK(fs::read_symlink(toolbox.directory / "usr/bin/sh") == "bash");
  // Other executables are the loader and the libraries.
  for (const auto& entry : fs::recursive_directory_iterator(toolbox.directory)) {
    if (!entry.is_regular_file() || entry.is_symlink() ||
        entry.path().parent_path() == toolbox.directory / "usr/bin")
      continue;
    INFO(entry.path());
    const bool is_script = read_file(entry.path(), 64U << 20U).value().starts_with("#!");
    const bool for_the_host = entry.path().parent_path() == toolbox.directory / "host/bin";
    CHECK((!is_script || for_the_host));
  }
}

TEST_CASE("nothing in a toolbox is set-user-id or writable by others", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = made_in(data);
  for (const auto& entry : fs::recursive_directory_iterator(toolbox.directory)) {
    if (entry.is_symlink()) continue;
    INFO(entry.path());
    const auto mode = static_cast<unsigned>(entry.status().permissions());
    CHECK((mode & 07022U) == 0);
    CHECK((mode & 0444U) == 0444U);  // each org's own uid can read it
  }
}

// Follows what is needed from a file to the libraries it is loaded with, all inside the toolbox.
void check_needs(const fs::path& toolbox, const fs::path& file, std::set<std::string>& seen) {
  const auto needs = read_elf(file);
  REQUIRE(needs.has_value());
  if (!needs->interpreter.empty()) {
    const auto inside =
        needs->interpreter.starts_with("/usr/") ? needs->interpreter : "/usr" + needs->interpreter;
    INFO("loader of " << file);
    CHECK(fs::is_regular_file(toolbox.string() + inside));
  }
  for (const auto& library : needs->libraries) {
    if (!seen.insert(library).second) continue;
    fs::path found;
    for (const auto& entry : fs::recursive_directory_iterator(toolbox / "usr")) {
      const bool loadable = entry.path().string().find("/lib") != std::string::npos;
      if (loadable && entry.path().filename() == library) found = entry.path();
    }
    INFO("'" << file << "' needs '" << library << "'");
    REQUIRE_FALSE(found.empty());
    check_needs(toolbox, found, seen);
  }
}

TEST_CASE("every library that a program needs is in the toolbox", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = made_in(data, default_programs());
  std::set<std::string> libraries;
  for (const auto& program : toolbox.programs)
    check_needs(toolbox.directory, toolbox.directory / "usr/bin" / program, libraries);
  CHECK_FALSE(libraries.empty());
  for (const auto& library : toolbox.host_files) CHECK(fs::exists(library));
}

TEST_CASE("a toolbox knows one user and tells which programs there are", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = made_in(data);
  CHECK(content_of(toolbox.directory / "etc/passwd") == "agent:x:1000:1000:agent:/:/bin/bash\n");
  CHECK(content_of(toolbox.directory / "etc/group") == "agent:x:1000:\n");
  CHECK(names_in(toolbox.directory / "etc") ==
        Names{"group", "ld.so.cache", "magic", "mtab", "passwd", "sandbox.bash"});
  CHECK_THAT(content_of(toolbox.directory / "etc/sandbox.bash"),
             Catch::Contains("command_not_found_handle") && Catch::Contains("bash cat grep which"));
}

TEST_CASE("a toolbox that is there is used as it is", "[toolbox]") {
  const TempDirectory data;
  const auto first = made_in(data);
  const auto bash = inode_of(first.directory / "usr/bin/bash");
  const auto record = inode_of(first.directory / "record");
  const auto second = made_in(data);
  CHECK(second.directory == first.directory);
  CHECK(second.programs == first.programs);
  CHECK(second.missing == first.missing);
  CHECK(second.host_files == first.host_files);
  CHECK(inode_of(second.directory / "usr/bin/bash") == bash);
  CHECK(inode_of(second.directory / "record") == record);
  CHECK(directories_in(room_of(data)).size() == 1);
}

// Makes the toolbox of `data` look as if one of its sources had been another file when it was made.
void make_out_of_date(const TempDirectory& data, const fs::path& directory,
                      const std::string& name) {
  const auto room = room_of(data);
  const auto older = room / name;
  fs::rename(directory, older);
  fs::remove(directory.string() + ".lock");
  auto record = content_of(older / "record");
  REQUIRE(record.ends_with("\n"));
  record.insert(record.size() - 1, "9");  // the last source's change time
  REQUIRE(write_file_atomically(older / "record", record).has_value());
  for (const auto& file : names_in(room)) {
    if (file.starts_with("for-")) REQUIRE(write_file_atomically(room / file, name).has_value());
  }
}

TEST_CASE("a toolbox whose sources changed is made anew and the old one removed", "[toolbox]") {
  const TempDirectory data;
  const auto directory = made_in(data).directory;  // and no longer used
  make_out_of_date(data, directory, "0123456789abcdef");
  const auto renewed = made_in(data);
  CHECK(renewed.directory == directory);
  CHECK(directories_in(room_of(data)) == Names{directory.filename()});
}

TEST_CASE("an old toolbox that is still in use is left alone", "[toolbox]") {
  const TempDirectory data;
  const auto used = made_in(data, {"bash", "cat"});
  const auto other = made_in(data, {"bash", "head"});
  CHECK(used.directory != other.directory);
  CHECK(fs::exists(used.directory / "usr/bin/cat"));
  CHECK(directories_in(room_of(data)).size() == 2);
}

TEST_CASE("a damaged toolbox is made anew", "[toolbox]") {
  const TempDirectory data;
  const auto directory = made_in(data).directory;
  SECTION("its record is empty") {
    (void)data.with_file(fs::relative(directory / "record", data.path()), "");
  }
  SECTION("its record is of other files") {
    auto record = content_of(directory / "record");
    record.insert(record.size() - 1, "9");
    (void)data.with_file(fs::relative(directory / "record", data.path()), record);
  }
  SECTION("it has no record") { fs::remove(directory / "record"); }
  SECTION("it is gone") { fs::remove_all(directory); }
  const auto renewed = make_toolbox(data.path(), some_programs());
  if (!renewed) FAIL(renewed.error().message);
  CHECK(fs::exists(renewed->directory / "usr/bin/bash"));
}

TEST_CASE("what killed processes left half made is removed", "[toolbox]") {
  const TempDirectory data;
  fs::create_directories(room_of(data) / "making-0123456789abcdef/usr/bin");
  (void)data.with_file("toolbox/making-0123456789abcdef/usr/bin/bash", "half");
  const auto toolbox = made_in(data);
  CHECK(directories_in(room_of(data)) == Names{toolbox.directory.filename()});
}

TEST_CASE("processes that start at once end with one toolbox", "[toolbox]") {
  const TempDirectory data;
  std::array<pid_t, 4> children = {};
  for (auto& child : children) {
    child = ::fork();
    REQUIRE(child >= 0);
    if (child != 0) continue;
    const auto toolbox = make_toolbox(data.path(), some_programs());
    ::_exit(toolbox && fs::exists(toolbox->directory / "usr/bin/bash") ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(directories_in(room_of(data)).size() == 1);
  CHECK(directories_in(room_of(data)) == Names{made_in(data).directory.filename()});
}

TEST_CASE("without bash there is no toolbox", "[toolbox]") {
  const TempDirectory data;
  const auto toolbox = make_toolbox(data.path(), {"cat"});
  REQUIRE_FALSE(toolbox.has_value());
  CHECK(toolbox.error().kind == ErrorKind::Unavailable);
  CHECK_THAT(toolbox.error().message, Catch::Contains("bash"));
  CHECK(directories_in(room_of(data)).empty());
}

}  // namespace
}  // namespace lightfast::sandbox
