// What is run in a sandbox and what comes of it. Plain data.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace lightfast::sandbox {

struct Command {
  std::string script;                         // what bash runs, as in `bash -c SCRIPT`
  std::chrono::milliseconds timeout{10'000};  // wall clock, from the start of the script
  std::size_t max_output_bytes = 10'240;      // kept of each stream
};

// How a run ended. A non-zero exit is a result, not an error.
enum class Outcome {
  Exited,        // status = exit code
  Signaled,      // status = signal number
  TimedOut,      // killed at the wall clock limit
  OutputLimit,   // killed while writing more than is ever read
  MemoryLimit,   // killed for the memory of the whole tree
  CpuLimit,      // killed for the processor time of the whole tree
  ProcessLimit,  // killed for starting more than the limit on processes (tier 3; elsewhere starting
                 // fails)
  Cancelled,     // killed because the caller asked
};

// The head of one stream, cut at a line boundary where there is one, and the size of the whole.
struct Captured {
  std::string head;         // raw bytes
  std::uint64_t bytes = 0;  // of all that was written
  std::uint64_t lines =
      0;  // newlines in all that was written, plus one for an unfinished last line
  std::uint64_t head_lines = 0;  // whole lines in `head`
  bool complete = true;          // false: killed while writing, the counts are lower bounds
};

struct Run {
  Outcome outcome = Outcome::Exited;
  int status = 0;
  bool processes_exhausted = false;  // the limit on processes was reached at some time
  Captured out, err;
  std::chrono::milliseconds duration{};
};

}  // namespace lightfast::sandbox
