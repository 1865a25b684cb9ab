// Graphs as texts that other programs draw: Graphviz and Mermaid. They take an object with `nodes`
// and `edges`. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "contract/procedure.h"

namespace lightfast::contract {

// A directed graph for `dot -Tsvg`.
std::string graph_as_dot(const Json& output);

// A flowchart that GitHub and others draw in Markdown.
std::string graph_as_mermaid(const Json& output);

// Both, as `dot` and `mermaid`.
std::vector<Format> graph_formats();

}  // namespace lightfast::contract
