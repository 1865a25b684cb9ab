// Serves one client over one transport, from its first line to its last.
#pragma once

#include <chrono>

#include "base/result.h"
#include "mcp/server.h"
#include "mcp/transport.h"

namespace lightfast::mcp {

struct ServeLimits {
  // How long calls already read may take to answer once the client sends nothing more.
  std::chrono::milliseconds finish{500};
  // How long a cancelled call may take to stop.
  std::chrono::milliseconds stop{400};
};

// Reads and answers until the transport's end; the calling thread is the one that reads. Then: if
// the client still reads, calls get `finish` to answer; what is left is cancelled and answered with
// an error; the transport is closed. Returns within finish + stop of the end, whatever the tools
// do.
//
// Timeout when a cancelled call still runs. It is left on its thread of the server's pool, and the
// server's destructor would wait for it: a program that must end now calls std::_Exit.
Result<void> serve(Server& server, Transport& transport, ServeLimits limits = {});

}  // namespace lightfast::mcp
