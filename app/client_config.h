// Entries of MCP servers in the configuration files of clients: put in, replaced, taken out, with
// all else in the file left as it is. Pure functions on the text of a file; an empty text is a file
// that is not there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace lightfast {

// How a client starts the server.
struct ServerEntry {
  std::string command;
  std::vector<std::string> arguments;
};

// In a JSON file, the members from the root to the object of servers (`mcpServers`).
using JsonPlace = std::vector<std::string>;

// The text with `entry` as server `name`; of one that is there already, what else it has is kept.
// InvalidArgument when the text is no JSON (comments are
// none) or has something else in that place.
Result<std::string> with_json_entry(std::string_view text, const JsonPlace& place,
                                    const std::string& name, const Json& entry);

// The text without server `name` and without what would be empty then; empty when nothing is left.
Result<std::string> without_json_entry(std::string_view text, const JsonPlace& place,
                                       const std::string& name);

// The same for Codex's `[mcp_servers.NAME]` (TOML). InvalidArgument when the server is written in
// another form than as a table of its own.
Result<std::string> with_toml_entry(std::string_view text, const std::string& name,
                                    const ServerEntry& entry);
Result<std::string> without_toml_entry(std::string_view text, const std::string& name);

}  // namespace lightfast
