// What a walk found, as an answer that stays within a size. Pure but for what makes the nodes.
#pragma once

#include <cstddef>

#include "base/json.h"
#include "base/result.h"
#include "tools/graph/walk.h"

namespace lightfast::graph {

// Makes nodes of an answer: how large they will be is known before any of them is made.
class NodeMaker {
 public:
  virtual ~NodeMaker() = default;
  // About how many bytes the node needs at least. Called once for each, in the order of the walk.
  virtual Result<std::size_t> least_size(const Node& node) = 0;
  // The node that was the `place`th to be asked about, from 0 on, in at most about `spare` bytes
  // more than that. Called at most once for each.
  virtual Json make(std::size_t place, std::size_t spare) = 0;
};

struct Most {
  std::size_t nodes = 0, bytes = 0;
};
// `{nodes, edges, truncated}`, within `most`: the nearest nodes, with the links among them; the
// bytes that are left are shared among the nodes.
Result<Json> answer_of(const Walk& walk, const Most& most, NodeMaker& maker);

}  // namespace lightfast::graph
