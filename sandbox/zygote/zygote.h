// One zygote per (org, snapshot): a bash that has read its start file, in the namespaces and mounts
// that its sandboxes share. Makes single-use sandboxes by the server's orders, watches the memory
// of those in use, and ends with its server. Keeps no state of any call. Single-threaded.
#pragma once

#include <string>

#include "base/handles.h"
#include "sandbox/zygote_start.h"

namespace lightfast::sandbox {

// Says on `server` that it is there and serves until that is closed. Returns only in the shell of a
// sandbox, with the script that the sandbox is to run; `new_shell` was called there before the
// script was waited for.
std::string run_zygote(ZygoteStart start, UniqueFd server, void (*new_shell)());

}  // namespace lightfast::sandbox
