// The first process of one sandbox: sets the sandbox's layers up, waits for its one script, runs
// it, says how it ended and takes everything in the sandbox with it. Single-threaded.
#pragma once

#include "base/handles.h"
#include "sandbox/apply.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

struct InitChannels {
  UniqueFd control;          // to the server
  UniqueFd standard_output;  // write ends of the script's pipes
  UniqueFd standard_error;
};

// Never returns. A step of `plan.sandbox` that fails is told to whoever sends the script.
[[noreturn]] void run_init(const WorkspacePlan& plan, const Limits& limits, Applied& applied,
                           InitChannels channels);

}  // namespace lightfast::sandbox
