// Reads what the kernel says of one process in /proc/PID/status and /proc/PID/stat. Pure functions.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>

namespace lightfast::sandbox {

struct Usage {
  std::uint64_t memory_bytes = 0;  // resident and not of a file on disk, summed over the tree
  std::uint64_t processes = 0;     // with threads
  std::uint64_t cpu_ticks = 0;     // processor time of the tree, of what ended in it too
};

struct Process {
  pid_t parent = 0;
  Usage usage;
};

// What proc(5) calls `status`, of one process alone.
Process process_of(std::string_view status);

// Processor time in clock ticks by what proc(5) calls `stat`: of the process and of those
// descendants that ended and were waited for.
std::uint64_t cpu_ticks_of(std::string_view stat);

}  // namespace lightfast::sandbox
