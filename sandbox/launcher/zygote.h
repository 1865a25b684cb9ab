// One zygote per (org, snapshot): holds the namespaces and mounts that its sandboxes share, keeps a
// few single-use sandboxes ready, hands them out, watches their memory, and ends with its server.
// Keeps no state of any call.
#pragma once

#include "base/handles.h"
#include "sandbox/apply.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

// Sets the zygote up in the process it is called in (a fresh child of the launcher, in the plan's
// namespaces) and serves `server` until that is closed. Never returns.
[[noreturn]] void run_zygote(const WorkspacePlan& plan, const Limits& limits, Applied applied,
                             UniqueFd server);

}  // namespace lightfast::sandbox
