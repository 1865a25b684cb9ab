// Entries of MCP servers in the configuration files of clients: put in, replaced, taken out, with
// all else in the file left as it is. Pure functions on the text of a file; an empty text is a file
// that is not there.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace lightfast {

// A server that the client starts itself and speaks to by its pipes.
struct OwnServer {
  std::string command;
  std::vector<std::string> arguments;
};

// A server that runs elsewhere.
struct HostedServer {
  std::string url;           // as mcp_url() makes it
  std::string key_variable;  // the environment variable with the API key; empty: none is sent
};

using ServerEntry = std::variant<OwnServer, HostedServer>;

// How a client wants its JSON entries.
struct JsonDialect {
  bool names_type = false;          // `stdio` or `http`
  std::string variable_begin = {};  // what stands before a variable's name to have it expanded
};

// In a JSON file, the members from the root to the object of servers (`mcpServers`).
using JsonPlace = std::vector<std::string>;

// Where the server at `base_url` speaks MCP. InvalidArgument for what parse_base_url() refuses.
Result<std::string> mcp_url(std::string_view base_url);

// An entry as an object of a JSON file.
Json json_entry(const ServerEntry& entry, const JsonDialect& dialect);

// The text with `entry` as server `name`. Of one that is there already what else it has is kept,
// unless it is of the other kind. InvalidArgument when the text is no JSON (comments are none) or
// has something else in that place.
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
