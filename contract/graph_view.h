// How the outputs of the graph procedures are shown on a terminal. They take JSON that conforms to
// the procedure's output schema.
#pragma once

#include <iosfwd>
#include <string>

#include "base/json.h"

namespace lightfast::contract {

// Of `graph.query`.
int entities_for_terminal(const Json& output, std::ostream& out, std::ostream& err);

// Of `graph.traverse` and `related`: the nodes, then the edges.
int graph_for_terminal(const Json& output, std::ostream& out, std::ostream& err);

// Of `contents`. The exit code is 1 when one is missing.
int contents_for_terminal(const Json& output, std::ostream& out, std::ostream& err);

// `object`'s text `field` on one line; empty when it is null or not there.
std::string line_in(const Json& object, const char* field);

}  // namespace lightfast::contract
