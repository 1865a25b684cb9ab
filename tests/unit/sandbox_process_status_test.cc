#include <unistd.h>

#include <string>
#include <string_view>

#include <catch2/catch.hpp>

#include "sandbox/zygote/process_status.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

constexpr std::string_view kStatus =
    "Name:\tbash\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t42\nNgid:\t0\nPid:\t42\nPPid:\t7\n"
    "TracerPid:\t0\nNStgid:\t42\t3\nVmPeak:\t    5000 kB\nVmRSS:\t    3600 kB\nRssAnon:\t     600 "
    "kB\nRssFile:\t    2990 kB\nRssShmem:\t      10 kB\nThreads:\t4\nSigQ:\t0/1000\n";

TEST_CASE("the parent, the memory of no file and the threads are read", "[watch]") {
  const auto process = process_of(kStatus);
  CHECK(process.parent == 7);
  CHECK(process.usage.memory_bytes == (600 + 10) * 1024);
  CHECK(process.usage.processes == 4);
}

TEST_CASE("a zombie has no memory and counts as one process", "[watch]") {
  const auto process =
      process_of("Name:\tbash\nState:\tZ (zombie)\nPid:\t42\nPPid:\t7\nThreads:\t1\nSigQ:\t0/9\n");
  CHECK(process.parent == 7);
  CHECK(process.usage.memory_bytes == 0);
  CHECK(process.usage.processes == 1);
}

TEST_CASE("of what is not there nothing is made up", "[watch]") {
  const auto* text = GENERATE("", "\n", "PPid:\t7", "Name:\tx\n", "\nPPid:", "\nThreads:\t0\n");
  INFO(text);
  const auto process = process_of(text);
  CHECK(process.parent == 0);
  CHECK(process.usage.memory_bytes == 0);
  CHECK(process.usage.processes == 1);
}

TEST_CASE("a name that looks like a line of the file is only a name", "[watch]") {
  const auto process = process_of(
      "Name:\tPPid: 9\\nPPid: 9\nPid:\t42\nPPid:\t7\nRssAnon:\t 1 kB\nRssShmem:\t 0 "
      "kB\nThreads:\t1\n");
  CHECK(process.parent == 7);
  CHECK(process.usage.memory_bytes == 1024);
}

TEST_CASE("the status of this process is read as the kernel writes it", "[watch]") {
  const auto process = process_of(test::content_of("/proc/self/status"));
  CHECK(process.parent == ::getppid());
  CHECK(process.usage.memory_bytes > 0);
  CHECK(process.usage.processes == 1);
}

}  // namespace
}  // namespace lightfast::sandbox
