#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "temp_directory.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::names_in;
using test::TempDirectory;

constexpr std::string_view kAllBytes("a\0b\xFF\n", 5);

TEST_CASE("a file is read whole, whatever bytes it holds", "[files]") {
  const TempDirectory here;
  const std::string content = GENERATE(std::string(), std::string("text"), std::string(kAllBytes),
                                       std::string(100'000, 'x'));
  const auto file = here.with_file("file", content);
  const auto read = read_file(file);
  REQUIRE(read.has_value());
  CHECK(*read == content);
}

TEST_CASE("a file may be as long as the limit and no longer", "[files]") {
  const TempDirectory here;
  const auto file = here.with_file("file", "12345");
  CHECK(read_file(file, 5).value() == "12345");
  const auto longer = read_file(file, 4);
  REQUIRE_FALSE(longer.has_value());
  CHECK(longer.error().kind == ErrorKind::LimitExceeded);
  CHECK_THAT(longer.error().message, Catch::Contains(file.string()) && Catch::Contains("4 bytes"));
}

TEST_CASE("what is not a regular file is refused at once and named", "[files]") {
  const TempDirectory here;
  const auto fifo = here / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const auto& path : {fifo, here.path(), fs::path("/dev/zero")}) {
    INFO(path);
    const auto read = read_file(path);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::InvalidArgument);
    CHECK(read.error().message == "reading '" + path.string() + "': not a regular file");
  }
}

TEST_CASE("a missing file is NotFound and named", "[files]") {
  const TempDirectory here;
  const auto missing = here / "missing";
  const auto read = read_file(missing);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::NotFound);
  CHECK(read.error().message == "reading '" + missing.string() + "': No such file or directory");
}

TEST_CASE("a descriptor is read to its end within the limit", "[files]") {
  std::array<int, 2> ends = {-1, -1};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  REQUIRE(write_all(writing.get(), "abc").has_value());
  SECTION("all of it") {
    writing.reset();
    CHECK(read_all(reading.get(), 3).value() == "abc");
  }
  SECTION("more than the limit is not waited for") {
    const auto read = read_all(reading.get(), 2);  // the writing end is still open
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().kind == ErrorKind::LimitExceeded);
  }
}

TEST_CASE("writing to what cannot be written says so", "[files]") {
  const UniqueFd read_only(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK_FALSE(write_all(read_only.get(), "x").has_value());
  CHECK(write_all(read_only.get(), "").has_value());
}

TEST_CASE("a file is replaced whole and nothing is left beside it", "[files]") {
  const TempDirectory here;
  const auto file = here / "file";
  REQUIRE(write_file_atomically(file, "first, the longer one").has_value());
  CHECK(content_of(file) == "first, the longer one");
  struct stat before = {};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  const UniqueFd reader(::open(file.c_str(), O_RDONLY | O_CLOEXEC));

  REQUIRE(write_file_atomically(file, std::string(kAllBytes)).has_value());
  CHECK(content_of(file) == kAllBytes);
  CHECK(names_in(here.path()) == std::vector<std::string>{"file"});
  // Whoever has it open goes on reading the old one: it was replaced, not written over.
  CHECK(read_all(reader.get(), 100).value() == "first, the longer one");
  struct stat after = {};
  REQUIRE(::stat(file.c_str(), &after) == 0);
  CHECK(after.st_ino != before.st_ino);
  CHECK((after.st_mode & 07777U) == 0644U);
}

TEST_CASE("a file that cannot be replaced stays, and nothing is left beside it", "[files]") {
  const TempDirectory here;
  fs::create_directories(here / "taken" / "inner");
  const auto written =
      write_file_atomically(here / "taken", "content");  // a directory that is not empty
  REQUIRE_FALSE(written.has_value());
  CHECK_THAT(written.error().message,
             Catch::StartsWith("writing '" + (here / "taken").string() + "': "));
  CHECK(names_in(here.path()) == std::vector<std::string>{"taken"});
}

TEST_CASE("a file in a directory that is not there is not written", "[files]") {
  const TempDirectory here;
  const auto written = write_file_atomically(here / "missing" / "file", "content");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().kind == ErrorKind::NotFound);
  CHECK_THAT(written.error().message, Catch::Contains((here / "missing" / "file").string()));
}

TEST_CASE("missing directories are made for their owner alone", "[files]") {
  const TempDirectory here;
  const auto inner = here / "a" / "b" / "c";
  REQUIRE(make_private_directories(inner).has_value());
  for (const auto& made : {here / "a", here / "a" / "b", inner}) {
    struct stat status = {};
    REQUIRE(::stat(made.c_str(), &status) == 0);
    INFO(made);
    CHECK((status.st_mode & 07777U) == 0700U);
  }
  CHECK(make_private_directories(inner).has_value());  // it is there already
}

TEST_CASE("a file in the way of a directory is named", "[files]") {
  const TempDirectory here;
  const auto file = here.with_file("file", "");
  for (const auto& wanted : {file, file / "below"}) {
    const auto made = make_private_directories(wanted);
    INFO(wanted);
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == ErrorKind::InvalidArgument);
    CHECK(made.error().message ==
          "making directory '" + file.string() + "': a file of that name is there");
  }
}

TEST_CASE("the program's directory holds the running program", "[files]") {
  const auto directory = program_directory();
  REQUIRE(directory.has_value());
  CHECK(
      fs::equivalent(*directory / fs::read_symlink("/proc/self/exe").filename(), "/proc/self/exe"));
}

}  // namespace
}  // namespace lightfast
