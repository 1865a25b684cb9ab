// TCP connections for the library's http and https transports that send what is written at once.
// The library's own leave TCP_NODELAY off: a small write then waits for the other side to confirm
// the one before, which delays that by some 40 ms; a fetch does so three times.
#pragma once

#include "base/result.h"

namespace lightfast::repo {

// For all connections that are made from then on. Not for ssh, which needs the library's own.
Result<void> use_prompt_connections();

}  // namespace lightfast::repo
