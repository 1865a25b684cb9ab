// What the product can do: each procedure is declared once, as data. MCP tools, REST routes, the
// OpenAPI document, CLI subcommands and the remote client are all made from these declarations. A
// procedure = its declaration + its handler + one line in the list of app/procedures.cc;
// nothing in mcp/ or app/ changes for it.
#pragma once

#include <functional>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"

namespace lightfast::contract {

// Hints for clients about what a call may do (MCP ToolAnnotations); a client decides on approval by
// them.
struct Annotations {
  bool read_only = false;
  bool destructive = true;
  bool idempotent = false;
  bool open_world = true;
  bool operator==(const Annotations&) const = default;
};

// What a model is shown of a result: text blocks in order (the first is always there, even when
// empty), a flag that the call could not be done as asked, and data for the client that the model
// does not see.
struct ModelView {
  std::vector<std::string> texts = {};
  bool is_error = false;
  Json meta = nullptr;  // null or an object
};

// Another text of a result, by its name: `dot`.
struct Format {
  const char* name = "";
  std::string (*text)(const Json& output) = nullptr;
};

// How a result becomes text. Declared for a procedure whose results are shown as text; without it
// the output JSON itself is the answer (structured). All functions take JSON that conforms to the
// output schema.
struct Presentation {
  // The result as a model reads it.
  ModelView (*for_model)(const Json& output) = nullptr;
  // The result on a terminal; returns the exit code.
  int (*for_terminal)(const Json& output, std::ostream& out, std::ostream& err) = nullptr;
  // What the terminal can ask for besides, with --format; `text` and `json` are always there.
  std::vector<Format> formats = {};
};

struct Procedure {
  // {"graph", "query"}: MCP tool lightfast_graph_query, CLI `graph query`.
  std::vector<std::string> key = {};
  std::string http_method = "POST";
  std::string http_path = {};    // "/v1/graph/query"
  std::string title = {};        // a few words, for people
  std::string summary = {};      // one line
  std::string description = {};  // written for a model; at most 1,500 characters
  // JSON Schema 2020-12: an object at the top, no top-level oneOf/anyOf/allOf.
  Json input_schema = {};
  Json output_schema = {};
  Annotations annotations = {};
  std::string scope = {};  // what an API key must carry: "context:read"
  // The input property that the CLI takes as plain words: joined by spaces, or where it is a list
  // each by itself; empty: none.
  std::string positional = {};
  // Worth a place in every prompt: clients that load tools on demand load it at once.
  bool always_loaded = false;
  Presentation presentation = {};

  // The key joined by `separator`.
  [[nodiscard]] std::string name(const std::string& separator) const;
};

// Who calls, and how the call ends early.
struct CallContext {
  RequestId request;
  OrgId org;
  // A handler that waits or runs something stops soon after this is requested.
  std::stop_token cancelled;
};

// Does the work of one procedure. The input has passed the input schema and carries the schema's
// defaults. May be called on several threads at once. Errors are for what could not be done as
// asked.
using Handler = std::function<Result<Json>(const Json& input, const CallContext& context)>;

struct BoundProcedure {
  Procedure declaration;
  Handler handler;
};

}  // namespace lightfast::contract
