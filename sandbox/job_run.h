// The server's side of one helper run: feeds its standard input, collects its standard output,
// hears how it ended.
#pragma once

#include <stop_token>
#include <string>

#include "base/result.h"
#include "sandbox/launcher_process.h"
#include "sandbox/sandboxes.h"

namespace lightfast::sandbox {

// Blocks until the helper ended. Timeout, LimitExceeded and Unavailable name what ended it; a
// helper that exits by itself with a status other than 0 is Unavailable.
Result<std::string> run_job(LauncherProcess& launcher, const Job& job, const std::stop_token& stop);

}  // namespace lightfast::sandbox
