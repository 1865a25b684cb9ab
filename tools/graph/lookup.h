// What an id or a handle stands for.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "tools/graph/walk.h"
#include "tools/store/reader.h"

namespace lightfast::graph {

// An entity by its id, an event by its id, or an entity by a handle, in this order; nothing when
// there is none. InvalidArgument when a handle may mean several, or the text could be no id.
Result<std::optional<Node>> find_node(store::Reader& reader, const std::string& text,
                                      const std::string& field);

}  // namespace lightfast::graph
