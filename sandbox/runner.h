// Runs one command in one sandbox and collects what comes of it. Blocks the calling thread until
// the command ended.
#pragma once

#include <stop_token>

#include "base/result.h"
#include "sandbox/command.h"
#include "sandbox/workspace.h"

namespace lightfast::sandbox {

// Returns within the command's timeout and two seconds, whatever the command does; at once when
// `stop` is requested. Unavailable when the sandbox could not be set up.
Result<Run> run_in_sandbox(Workspace& workspace, const Command& command,
                           const std::stop_token& stop);

}  // namespace lightfast::sandbox
