// What a walk found, as an answer that stays within a size. Pure but for what makes the nodes.
#pragma once

#include <cstddef>
#include <functional>

#include "base/json.h"
#include "base/result.h"
#include "tools/graph/walk.h"

namespace lightfast::graph {

// A node in at most about so many bytes more than it needs at least.
using MakeNode = std::function<Result<Json>(const Node& node, std::size_t spare)>;

struct Most {
  std::size_t nodes = 0, bytes = 0;
};
// `{nodes, edges, truncated}`, within `most`: the nearest nodes, with the links among them; the
// bytes that are left are shared among the nodes.
Result<Json> answer_of(const Walk& walk, const Most& most, const MakeNode& make);

}  // namespace lightfast::graph
