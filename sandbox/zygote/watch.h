// Looks at what the processes of running sandboxes use, through the /proc of the pid namespace they
// are in.
#pragma once

#include <sys/types.h>

#include <map>
#include <vector>

#include "sandbox/zygote/process_status.h"

namespace lightfast::sandbox {

// Of a tree of processes, all together.
struct TreeUsage : Usage {
  std::vector<pid_t> members;
};

// Times take a second file of each process to read.
enum class Look { Quick, WithTimes };

// The usage of the trees of processes below each of `roots` (pids as /proc here has them). Trees of
// processes that vanish meanwhile count as far as they were seen.
std::map<pid_t, TreeUsage> usage_of(const std::vector<pid_t>& roots, Look look = Look::Quick);

}  // namespace lightfast::sandbox
