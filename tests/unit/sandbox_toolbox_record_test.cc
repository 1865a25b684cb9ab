#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "sandbox/toolbox_record.h"

namespace lightfast::sandbox {
namespace {

using Names = std::vector<std::string>;

ToolboxRecord record() {
  return {.programs = {"[", "bash", "cat"},
          .missing = {"rg"},
          .host_files = {"/lib64/ld.so", "/lib/with space/libc.so.6"},
          .identities = {"/bin/bash 1 2 3 4.5 6.7", "/bin/cat 1 3 3 4.5 6.7"}};
}

TEST_CASE("a record is three lines of names and a line for each source", "[toolbox]") {
  CHECK(text_of(record()) ==
        "[ bash cat\nrg\n/lib64/ld.so:/lib/with space/libc.so.6\n/bin/bash 1 2 3 4.5 6.7\n/bin/cat "
        "1 3 3 4.5 6.7\n");
}

TEST_CASE("a record is read as it was written", "[toolbox]") {
  auto written = record();
  SECTION("whole") {}
  SECTION("with nothing missing") { written.missing.clear(); }
  SECTION("with no libraries") { written.host_files.clear(); }
  SECTION("of one source") { written.identities.resize(1); }
  CHECK(record_of(text_of(written)) == written);
}

TEST_CASE("a record cut short has what is left of it", "[toolbox]") {
  const auto whole = text_of(record());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO("first " << length << " bytes");
    const auto read = record_of(whole.substr(0, length));
    REQUIRE(read.identities.size() <= 2);
    REQUIRE((length + 1 == whole.size() || read != record()));
  }
  CHECK(record_of("") == ToolboxRecord{});
  CHECK(record_of("bash").programs == Names{"bash"});
}

TEST_CASE("names that are separated twice are the same names", "[toolbox]") {
  const auto read = record_of(" bash  cat \n\n:/lib/one::/lib/two:\nid\n");
  CHECK(read.programs == Names{"bash", "cat"});
  CHECK(read.missing.empty());
  CHECK(read.host_files == Names{"/lib/one", "/lib/two"});
  CHECK(read.identities == Names{"id"});
}

}  // namespace
}  // namespace lightfast::sandbox
