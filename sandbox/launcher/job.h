// Starts a helper program confined to what its job names.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/plan.h"
#include "sandbox/protocol.h"

namespace lightfast::sandbox {

struct JobChannels {
  UniqueFd reply;  // to the server; what could not be set up is said there
  UniqueFd standard_input;
  UniqueFd standard_output;
};

// Starts `spec.program`, found beside the running launcher, with no environment of the server, its
// own uid where the launcher may change uid (`tier` 1), rlimits, Landlock and seccomp. The new
// process is the caller's child.
Result<pid_t> spawn_job(const JobSpec& spec, const Identity& launcher, JobChannels& channels);

}  // namespace lightfast::sandbox
