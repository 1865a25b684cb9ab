// System call allowlists, compiled once by libseccomp into programs that are loaded with
// seccomp(2). What is not named answers ENOSYS, so that libc falls back; what is refused on purpose
// answers EPERM or EROFS.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

using BpfProgram = std::vector<sock_filter>;

enum class FilterFor {
  Command,                     // bash and all it starts, in their own pid namespace
  CommandWithoutPidNamespace,  // the same in tier 3: no signals at all
  Zygote,                      // Command plus what it takes to set a sandbox up
  GitHelper,                   // files, threads and internet sockets; no programs started
  GitHelperOffline,            // the same without sockets
};

// Unavailable when libseccomp cannot make the program for this architecture.
Result<BpfProgram> compile_filter(FilterFor whom);

// Loads `program` for the calling thread and all it starts from now on. no_new_privs must be set.
Result<void> apply_filter(const BpfProgram& program);

}  // namespace lightfast::sandbox
