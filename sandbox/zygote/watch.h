// Looks at what the processes of running sandboxes use, through the /proc of the pid namespace they
// are in.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace lightfast::sandbox {

struct Usage {
  std::uint64_t memory_bytes = 0;  // resident and not of a file on disk, summed over the tree
  std::uint64_t processes = 0;     // with threads
};

// The usage of the trees of processes below each of `roots` (pids as /proc here has them). Trees of
// processes that vanish meanwhile count as far as they were seen.
std::map<pid_t, Usage> usage_of(const std::vector<pid_t>& roots);

}  // namespace lightfast::sandbox
