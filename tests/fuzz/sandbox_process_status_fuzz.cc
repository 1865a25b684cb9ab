// What the kernel says of a process: any bytes are read without harm, and whatever a process calls
// itself, the numbers that are found are the kernel's.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sandbox/zygote/process_status.h"
#include "tests/fuzz/values.h"

namespace {

using namespace lightfast;

// As the kernel writes it: a line feed in the name is not one.
std::string status_with(std::string name, const sandbox::Process& process) {
  for (std::size_t at = 0; (at = name.find('\n', at)) != std::string::npos; at += 2)
    name.replace(at, 1, "\\n");
  const auto kib = [](std::uint64_t bytes) { return std::to_string(bytes / 1024) + " kB"; };
  return "Name:\t" + name + "\nTgid:\t7\nPid:\t7\nPPid:\t" + std::to_string(process.parent) +
         "\nTracerPid:\t0\nVmRSS:\t99 kB\nRssAnon:\t" + kib(process.usage.memory_bytes) +
         "\nRssFile:\t98 kB\nRssShmem:\t0 kB\nThreads:\t" +
         std::to_string(process.usage.processes) + "\nSigQ:\t1/2\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  assert(sandbox::process_of(bytes).usage.processes >= 1);
  test::Values values(data, size);
  const sandbox::Process process = {
      .parent = values.number<pid_t>(0, 1 << 22),
      .usage = {.memory_bytes = values.number<std::uint64_t>(0, 1U << 30U) * 1024,
                .processes = values.number<std::uint64_t>(1, 1U << 22U)}};
  const auto read = sandbox::process_of(status_with(values.rest(), process));
  assert(read.parent == process.parent);
  assert(read.usage.memory_bytes == process.usage.memory_bytes);
  assert(read.usage.processes == process.usage.processes);
  return 0;
}
