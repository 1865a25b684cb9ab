// The first process of one sandbox: sets the sandbox's layers up, starts its shell, says how that
// ended and takes everything in the sandbox with it. Single-threaded.
#pragma once

#include <string>

#include "sandbox/apply.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

// Descriptors of a new sandbox: owned by the process, which never runs destructors on the way out.
struct InitChannels {
  int control = -1;          // to the server
  int standard_output = -1;  // write ends of the script's pipes
  int standard_error = -1;
};

// Called in the process just cloned. Returns in the sandbox's shell only, joined to the pipes and
// with nothing else open, with the script it is to run. A step of `plan.sandbox` that fails is told
// on the control channel. `new_shell` is called in the shell before it waits.
std::string run_init(const WorkspacePlan& plan, const Limits& limits, Applied& applied,
                     const InitChannels& channels, void (*new_shell)());

}  // namespace lightfast::sandbox
