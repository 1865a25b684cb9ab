// A walk through a graph from one node, breadth first and bounded: whatever the graph is like, it
// ends, and says when there was more. Knows nothing of what nodes and links are.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "tools/store/spans.h"

namespace lightfast::graph {

enum class NodeKind { Entity, Event };

struct Link {
  std::string source, type, target;
  std::optional<store::Instant> from = {}, to = {};  // when it holds, where it has times
};

// One end of it is the node that was asked about, the other one is of `kind`.
struct Step {
  Link link;
  NodeKind kind = NodeKind::Entity;
};

struct Steps {
  std::vector<Step> steps;
  bool is_all = true;
};

struct Node {
  std::string id;
  NodeKind kind = NodeKind::Entity;
  int depth = 0;
};

class Walk {
 public:
  // What a node is linked with.
  using Around = std::function<Result<Steps>(const Node& node)>;

  explicit Walk(Node root);

  // Goes `depth` steps from the root, to at most `most` nodes.
  Result<void> go(int depth, std::size_t most, const Around& around);

  // Leaves the root, the nodes that are `wanted`, and what lies on a shortest path to one of them:
  // one such path to each first, the nearest before all others.
  void keep_paths_to(const std::function<bool(const Node& node)>& wanted);

  // The root first, then by their distance, or as keep_paths_to() has it.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Link>& links() const { return links_; }
  // Whether there was more than that.
  [[nodiscard]] bool is_truncated() const { return is_truncated_; }
  // Where a node is in nodes().
  [[nodiscard]] std::size_t place_of(const std::string& id) const { return places_.at(id); }

 private:
  void take(const Node& node, Step step, std::size_t most);
  void keep(const std::vector<std::size_t>& places);

  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Link> links_;
  std::unordered_set<std::string> seen_;  // links, as text
  bool is_truncated_ = false;
};

}  // namespace lightfast::graph
