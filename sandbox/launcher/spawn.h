// Starts zygotes: the one place where the launcher makes namespaces.
#pragma once

#include <sys/types.h>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

// Starts the zygote of `spec` by the means of `tier`, in the control group whose directory
// `control_group` is where that is open. It reports on `server`, Ready or what failed, and serves
// there. The new process is the caller's child.
Result<pid_t> spawn_zygote(int tier, const WorkspaceSpec& spec, const Identity& launcher,
                           UniqueFd server, const UniqueFd& control_group = {});

// Who the calling process is.
Identity own_identity();

}  // namespace lightfast::sandbox
