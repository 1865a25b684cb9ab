// TCP connections for the library's http and https transports that send what is written at once.
// The library's own leave TCP_NODELAY off: a small write then waits for the other side to confirm
// the one before, which delays that by some 40 ms; a fetch does so three times.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace lightfast::repo {

// For all connections that are made from then on, which are to this host and port alone: a redirect
// elsewhere finds none. Not for ssh, which needs the library's own. Once.
Result<void> use_prompt_connections(const std::string& host, std::uint16_t port);

}  // namespace lightfast::repo
