// How the output of `shell` is shown. Both take JSON that conforms to the procedure's output
// schema. Pure but for the streams they are given.
#pragma once

#include <iosfwd>

#include "contract/procedure.h"

namespace lightfast::contract {

// texts[0] is stdout, texts[1], where there is anything to say, stderr and status lines in
// brackets. is_error means that the command was killed: it timed out or reached a limit. The meta
// is
// `{"lightfast/result": {exitCode, timedOut, truncated, commit, stale}}`, `stale` being null when
// the repository is up to date.
ModelView shell_for_model(const Json& output);

// stdout to `out`; stderr and the status lines to `err`, except the exit code, which it returns.
int shell_for_terminal(const Json& output, std::ostream& out, std::ostream& err);

}  // namespace lightfast::contract
