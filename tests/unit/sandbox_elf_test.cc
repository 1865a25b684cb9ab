#include <elf.h>
#include <stdio.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "sandbox/elf.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;
using test::content_of;
using test::TempDirectory;

// What a command of this machine prints; empty when it is not there or fails.
std::string output_of(const std::string& command) {
  const CHandle<FILE, ::pclose> pipe(::popen((command + " 2>/dev/null").c_str(), "re"));
  std::string output;
  std::array<char, 4096> buffer;
  while (const std::size_t count = ::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    output.append(buffer.data(), count);
  return output;
}

// The texts in brackets of the lines that hold `mark`, as readelf prints them.
std::vector<std::string> bracketed(const std::string& lines, const std::string& mark) {
  std::vector<std::string> found;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) {
    const auto open = line.find('[');
    const auto close = line.find(']');
    if (line.find(mark) != std::string::npos && close != std::string::npos)
      found.push_back(line.substr(open + 1, close - open - 1));
  }
  return found;
}

TEST_CASE("what programs and libraries need is what readelf says", "[elf]") {
  const std::string file =
      GENERATE("/bin/bash", "/bin/cat", "/usr/bin/find", "/usr/bin/grep", "/proc/self/exe");
  const auto path = fs::canonical(file).string();
  const auto dynamic = output_of("readelf -dW '" + path + "'");
  if (dynamic.empty()) {
    WARN("readelf is not on this machine; nothing is compared");
    return;
  }
  const auto needs = read_elf(path);
  INFO(path);
  REQUIRE(needs.has_value());
  CHECK(needs->is_elf);
  CHECK(needs->libraries == bracketed(dynamic, "(NEEDED)"));
  CHECK_FALSE(needs->libraries.empty());
  const auto interpreter = output_of("readelf -pW.interp '" + path + "'");
  CHECK_FALSE(needs->interpreter.empty());
  CHECK_THAT(interpreter.empty() ? needs->interpreter : interpreter,
             Catch::Contains(needs->interpreter));
}

TEST_CASE("a library has no loader but may need libraries", "[elf]") {
  const auto bash = read_elf("/bin/bash");
  REQUIRE(bash.has_value());
  const auto loader = read_elf(fs::canonical(bash->interpreter));
  REQUIRE(loader.has_value());
  CHECK(loader->is_elf);
  CHECK(loader->interpreter.empty());
  CHECK(loader->libraries.empty());
}

TEST_CASE("a script and other files are no ELF files", "[elf]") {
  const TempDirectory here;
  const std::string content = GENERATE("", "#!/bin/sh\necho\n",
                                       "\x7F"
                                       "EL",
                                       "\x7F"
                                       "ELF");
  const auto needs = read_elf(here.with_file("script", content));
  REQUIRE(needs.has_value());
  CHECK_FALSE(needs->is_elf);
  CHECK(needs->libraries.empty());
}

TEST_CASE("a missing program is named", "[elf]") {
  const auto needs = read_elf("/nonexistent/program");
  REQUIRE_FALSE(needs.has_value());
  CHECK(needs.error().kind == ErrorKind::NotFound);
  CHECK_THAT(needs.error().message, Catch::Contains("'/nonexistent/program'"));
}

// ---- Files of our own making: one loaded segment that is the whole file, one PT_INTERP, one
// PT_DYNAMIC.

constexpr std::string_view kStrings(
    "\0libone.so\0libtwo.so\0$ORIGIN/../lib:relative:/abs\0/lib/loader\0", 62);
constexpr std::uint64_t kBase = 0x400000;  // where the segment is loaded
constexpr std::uint64_t kDynamicAt = sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr);
constexpr std::uint64_t kStringsAt = kDynamicAt + 5 * sizeof(Elf64_Dyn);

template <class T>
void put(std::string& file, std::uint64_t offset, const T& value) {
  std::memcpy(file.data() + offset, &value, sizeof value);
}

template <class T>
T get(const std::string& file, std::uint64_t offset) {
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::uint64_t segment_at(std::size_t index) {
  return sizeof(Elf64_Ehdr) + index * sizeof(Elf64_Phdr);
}
std::uint64_t entry_at(std::size_t index) { return kDynamicAt + index * sizeof(Elf64_Dyn); }

Elf64_Phdr segment(Elf64_Word type, std::uint64_t offset, std::uint64_t size) {
  Elf64_Phdr made = {};
  made.p_type = type;
  made.p_offset = offset;
  made.p_vaddr = kBase + offset;
  made.p_filesz = size;
  made.p_memsz = size;
  return made;
}

Elf64_Dyn entry(Elf64_Sxword tag, std::uint64_t value) {
  Elf64_Dyn made = {};
  made.d_tag = tag;
  made.d_un.d_val = value;
  return made;
}

std::string small_program() {
  std::string file(kStringsAt, '\0');
  file += kStrings;
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 3;
  put(file, 0, header);
  put(file, segment_at(0), segment(PT_LOAD, 0, file.size()));
  put(file, segment_at(1), segment(PT_INTERP, kStringsAt + 50, 12));
  put(file, segment_at(2), segment(PT_DYNAMIC, kDynamicAt, 5 * sizeof(Elf64_Dyn)));
  put(file, entry_at(0), entry(DT_NEEDED, 1));
  put(file, entry_at(1), entry(DT_RUNPATH, 21));
  put(file, entry_at(2), entry(DT_STRTAB, kBase + kStringsAt));
  put(file, entry_at(3), entry(DT_NEEDED, 11));
  put(file, entry_at(4), entry(DT_NULL, 0));
  return file;
}

Result<ElfNeeds> needs_of(const std::string& content) {
  const TempDirectory here;
  return read_elf(here.with_file("program", content));
}

TEST_CASE("loader, libraries and search path are read, $ORIGIN is the program's directory",
          "[elf]") {
  const TempDirectory here;
  const auto needs = read_elf(here.with_file("program", small_program()));
  REQUIRE(needs.has_value());
  CHECK(needs->is_elf);
  CHECK(needs->interpreter == "/lib/loader");
  CHECK(needs->libraries == std::vector<std::string>{"libone.so", "libtwo.so"});
  // A relative directory would be below whoever runs the program; it is left out.
  CHECK(needs->run_path == std::vector<std::string>{here.path().string() + "/../lib", "/abs"});
}

TEST_CASE("a 32-bit program is Corrupt", "[elf]") {
  auto file = small_program();
  file[EI_CLASS] = ELFCLASS32;
  const auto needs = needs_of(file);
  REQUIRE_FALSE(needs.has_value());
  CHECK(needs.error().kind == ErrorKind::Corrupt);
}

TEST_CASE("program headers outside the file are Corrupt", "[elf]") {
  auto file = small_program();
  auto header = get<Elf64_Ehdr>(file, 0);
  SECTION("their place") {
    header.e_phoff = GENERATE(std::uint64_t{10'000}, ~std::uint64_t{0}, ~std::uint64_t{0} - 10);
  }
  SECTION("their number") { header.e_phnum = 0xFFFF; }
  SECTION("their size") { header.e_phentsize = 0xFFFF; }
  put(file, 0, header);
  const auto needs = needs_of(file);
  REQUIRE_FALSE(needs.has_value());
  CHECK(needs.error().kind == ErrorKind::Corrupt);
}

TEST_CASE("names outside the file are Corrupt", "[elf]") {
  auto file = small_program();
  SECTION("the loader's") { put(file, segment_at(1), segment(PT_INTERP, 100'000, 12)); }
  SECTION("a library's") { put(file, entry_at(0), entry(DT_NEEDED, 100'000)); }
  SECTION("all of them, in no segment") { put(file, entry_at(2), entry(DT_STRTAB, 1)); }
  const auto needs = needs_of(file);
  REQUIRE_FALSE(needs.has_value());
  CHECK(needs.error().kind == ErrorKind::Corrupt);
}

TEST_CASE("a program cut short at any length gives a result", "[elf]") {
  const auto whole = small_program();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto needs = needs_of(whole.substr(0, length));
    INFO("first " << length << " bytes");
    const bool has_headers = length >= kDynamicAt;
    if (length >= sizeof(Elf64_Ehdr) && !has_headers) REQUIRE_FALSE(needs.has_value());
    if (length < sizeof(Elf64_Ehdr)) REQUIRE_FALSE(needs.value().is_elf);
  }
}

TEST_CASE("a real program cut short gives a result", "[elf]") {
  const auto whole = content_of("/bin/cat");
  REQUIRE(whole.size() > 4096);
  for (std::size_t length = 0; length < whole.size(); length += length < 4096 ? 61 : 1021) {
    const auto needs = needs_of(whole.substr(0, length));
    INFO("first " << length << " bytes");
    REQUIRE((needs.has_value() || needs.error().kind == ErrorKind::Corrupt));
  }
}

TEST_CASE("a program with changed bytes gives a result", "[elf]") {
  std::mt19937_64 random(42);  // the same bytes in every run
  for (int round = 0; round < 1000; ++round) {
    auto file = small_program();
    for (int change = 0; change < 3; ++change)
      file[random() % file.size()] = static_cast<char>(random() & 0xFFU);
    const auto needs = needs_of(file);
    REQUIRE((needs.has_value() || needs.error().kind == ErrorKind::Corrupt));
  }
}

TEST_CASE("program headers that lie over each other are refused, not multiplied", "[elf]") {
  const TempDirectory directory;
  Elf64_Ehdr header = {};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_phoff = sizeof header;
  header.e_phnum = 65535;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.resize(1024, '\x02');
  const auto needs = read_elf(directory.with_file("crowded", bytes));
  REQUIRE_FALSE(needs.has_value());
  CHECK(needs.error().kind == ErrorKind::Corrupt);
}

}  // namespace
}  // namespace lightfast::sandbox
