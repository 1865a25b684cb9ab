// The first process of one sandbox: sets the sandbox's layers up, starts its shell, says how that
// ended and takes everything in the sandbox with it. Single-threaded.
#pragma once

#include <sys/uio.h>

#include <string>
#include <vector>

#include "sandbox/apply.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

// Descriptors of a new sandbox: owned by the process, which never runs destructors on the way out.
struct InitChannels {
  int control = -1;          // to the server
  int standard_output = -1;  // write ends of the script's pipes
  int standard_error = -1;
};

// What is done in a shell before it waits for its script.
struct NewShell {
  void (*adopt)();             // makes bash see itself as a new process
  std::vector<iovec> written;  // see own_pages()
};

// Called in the process just cloned. Returns in the sandbox's shell only, joined to the pipes and
// with nothing else open, with the script it is to run. A step of `plan.sandbox` that fails is told
// on the control channel.
std::string run_init(const WorkspacePlan& plan, const Limits& limits, Applied& applied,
                     const InitChannels& channels, const NewShell& new_shell);

}  // namespace lightfast::sandbox
