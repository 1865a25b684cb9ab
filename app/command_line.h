// The command line as data: which command, with which settings and which input for a procedure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "contract/procedure.h"

namespace lightfast {

enum class CommandKind {
  Mcp,
  Serve,
  Keys,
  Deliveries,
  Store,
  Memory,
  Doctor,
  Init,
  OpenApi,
  Setup,
  Procedure
};

// What to do with the API keys of a hosted server.
struct KeysRequest {
  enum class Action { Create, List, Revoke } action = Action::List;
  std::string id;                   // of the key to revoke
  std::string label;                // of the one to create: what it is for
  std::vector<std::string> scopes;  // and what it may do; empty: the usual
};

// What to do with the webhook deliveries of a served Lightfast.
struct DeliveriesRequest {
  enum class Action { List, Replay } action = Action::List;
  std::string id;      // of the one to replay
  std::string status;  // of those to list; empty: all
};

// What to do with the store.
struct StoreRequest {
  enum class Action {
    Stats,
    Import,
    Export,
    Payload,
    Check,
    Rebuild,
    Compact
  } action = Action::Stats;
  std::string file;   // to import; `-`: standard input
  std::string event;  // whose payload is to be printed
  bool json = false;  // say it as JSON
  // Of compact: what is kept.
  std::optional<std::int64_t> keep_days, payload_days, max_mib;
};

// What the small Memory service is to do.
struct MemoryRequest {
  enum class Action { Serve, Import } action = Action::Serve;
  std::string file;   // to import; `-`: standard input
  bool json = false;  // say it as JSON
};

// What of a client's configuration is to be changed.
struct SetupRequest {
  std::string client;          // claude-code, cursor or codex
  std::string scope = "user";  // user, project or local
  bool dry_run = false, undo = false;
};

struct CommandLine {
  CommandKind kind = CommandKind::Mcp;
  std::map<std::string, std::string> flags;  // settings given as options, by name
  std::string directory = ".";               // of init
  std::optional<std::string> github;         // of init: the organisation
  SetupRequest setup;
  KeysRequest keys;
  DeliveriesRequest deliveries;
  StoreRequest store;
  MemoryRequest memory;
  std::size_t procedure = 0;  // index into the declarations
  std::string input;          // of the procedure, a JSON object
  bool json = false;          // print the REST response
  std::string format;         // one of the procedure's own; empty: its usual text
};

// What was asked for: a command, or text to print and an exit code (help, version, errors of use).
struct ParsedLine {
  std::optional<CommandLine> command;
  std::string text;
  int exit_code = 0;
};

// Parses `arguments` (without the program's name). Each procedure is a subcommand made from its
// declaration: its input properties are options (`timeoutMs` is --timeout-ms), an object's as often
// as it has members (`--where state=open`), its positional property takes the plain words.
ParsedLine parse_command_line(const std::vector<std::string>& arguments,
                              const std::vector<contract::Procedure>& procedures);

}  // namespace lightfast
