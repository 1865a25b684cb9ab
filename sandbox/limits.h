// The limits of one command, each with its default. Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lightfast::sandbox {

struct Limits {
  std::chrono::seconds wall_clock{60};  // the longest a command may run; callers ask for less
  std::uint64_t cpu_seconds = 60;       // of the whole tree of processes, watched
  std::uint64_t memory_bytes = 512ULL << 20U;  // of the whole tree, watched; killed beyond
  // Of one process (RLIMIT_AS), against growth between two looks.
  std::uint64_t address_space_bytes = 4ULL << 30U;
  std::uint64_t processes = 128;           // and threads (RLIMIT_NPROC)
  std::uint64_t open_files = 256;          // of one process (RLIMIT_NOFILE)
  std::uint64_t tmp_bytes = 64ULL << 20U;  // size of /tmp
  std::uint64_t tmp_entries = 8192;        // files and directories in /tmp
  // Read of both streams together; a command that writes more is stopped.
  std::uint64_t output_bytes = 64ULL << 20U;

  bool operator==(const Limits&) const = default;
};

// The zygote kills what outlives the wall clock limit by this.
inline constexpr std::chrono::milliseconds kKillGrace{1'000};

// A command within this many of its limit on processes is said to have reached it: counts are taken
// while they change.
inline constexpr std::uint64_t kNearlyAllProcesses = 16;

}  // namespace lightfast::sandbox
