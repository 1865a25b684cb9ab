// The MCP server over an organisation's services, the same for every transport.
#pragma once

#include <memory>

#include "app/services.h"
#include "base/ids.h"
#include "mcp/server.h"

namespace lightfast {

// With the tools of the catalog, the files of the repository and the prompt `context`; announces
// when the repository changes, until `services.repo().on_change({})`. Outlived by `services`.
std::unique_ptr<mcp::Server> make_mcp_server(Services& services, const OrgId& org);

}  // namespace lightfast
