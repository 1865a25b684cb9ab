// The MCP server over an organisation's services, the same for every transport.
#pragma once

#include <memory>

#include "app/organisation.h"
#include "mcp/server.h"

namespace lightfast {

// With the tools of the catalog, the files of the repository and the prompt `context`; announces
// when the repository changes, until `org.repo().on_change({})`. Of its threads `kept` stay when
// there is nothing to do. Outlived by `org`.
std::unique_ptr<mcp::Server> make_mcp_server(Organisation& org, std::size_t kept = 8);

}  // namespace lightfast
