#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/handles.h"
#include "sandbox/toolbox_caches.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

using test::TempDirectory;

std::string output_of(const std::string& command) {
  const CHandle<FILE, ::pclose> pipe(::popen(command.c_str(), "re"));
  std::string text;
  std::array<char, 4096> buffer;
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), count);
  return text;
}

TEST_CASE("ldconfig reads a loader cache, in the order of the loader's search", "[toolbox]") {
  const TempDirectory directory;
  const auto file = directory / "ld.so.cache";
  const std::map<std::string, std::string> libraries = {
      {"libc.so.6", "/usr/lib/libc.so.6"},   {"libb.so.2", "/usr/lib/libb.so.2"},
      {"libb.so.10", "/usr/lib/libb.so.10"}, {"libb-1.so", "/usr/lib/libb-1.so"},
      {"lib1.so", "/usr/lib/lib1.so"},       {"liba.so.1", "/usr/lib/liba.so.1"}};
  REQUIRE(write_file_atomically(file, loader_cache(libraries)));
  const auto listed = output_of("PATH=/usr/sbin:/sbin:$PATH ldconfig -p -C " + file.string());
  INFO(listed);
  std::size_t at = 0;
  for (const char* name :
       {"lib1.so", "libc.so.6", "libb.so.10", "libb.so.2", "libb-1.so", "liba.so.1"}) {
    const auto found = listed.find("\t" + std::string(name) + " (libc6", at);
    CHECK(found != std::string::npos);
    CHECK(listed.find("=> /usr/lib/" + std::string(name) + "\n", found) != std::string::npos);
    at = found;
  }
}

TEST_CASE("a locale archive holds each category's bytes where its record says", "[toolbox]") {
  const std::map<std::string, std::string> categories = {
      {"LC_CTYPE", std::string(1000, 'c')}, {"LC_TIME", "time"}, {"LC_IDENTIFICATION", "who"}};
  const auto archive = locale_archive("C.utf8", categories);
  for (const auto& [category, content] : categories) {
    const auto at = archive.find(content);
    REQUIRE(at != std::string::npos);
    CHECK(at % 16 == 0);
  }
  CHECK(archive.starts_with(std::string("\x09\x01\x02\xde", 4)));
}

TEST_CASE("localedef lists the locale of an archive", "[toolbox]") {
  const TempDirectory directory;
  REQUIRE(make_private_directories(directory / "usr/lib/locale"));
  REQUIRE(write_file_atomically(directory / "usr/lib/locale/locale-archive",
                                locale_archive("C.utf8", {{"LC_CTYPE", "x"}})));
  CHECK(output_of("localedef --list-archive --prefix=" + directory.path().string()) == "C.utf8\n");
}

}  // namespace
}  // namespace lightfast::sandbox
