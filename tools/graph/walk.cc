#include "tools/graph/walk.h"

#include <algorithm>
#include <utility>

namespace lightfast::graph {
namespace {

// No id has control characters.
std::string text_of(const Link& link) {
  return link.source + '\n' + link.type + '\n' + link.target;
}

}  // namespace

Walk::Walk(Node root) {
  places_.emplace(root.id, 0);
  nodes_.push_back(std::move(root));
}

Result<void> Walk::go(int depth, std::size_t most, const Around& around) {
  for (std::size_t i = 0; i < nodes_.size() && nodes_[i].depth < depth; ++i) {
    const Node node = nodes_[i];
    auto found = TRY(around(node));
    if (!found.is_all) is_truncated_ = true;
    for (auto& step : found.steps) take(node, std::move(step), most);
  }
  return {};
}

void Walk::take(const Node& node, Step step, std::size_t most) {
  const auto& other = step.link.source == node.id ? step.link.target : step.link.source;
  if (!places_.contains(other)) {
    if (nodes_.size() >= most) {
      is_truncated_ = true;
      return;
    }
    places_.emplace(other, nodes_.size());
    nodes_.push_back({.id = other, .kind = step.kind, .depth = node.depth + 1});
  }
  if (seen_.insert(text_of(step.link)).second) links_.push_back(std::move(step.link));
}

// Nodes are in the order of their distance, so one look from the farthest on sees each node after
// all that lie behind it.
void Walk::keep_paths_to(const std::function<bool(const Node& node)>& wanted) {
  std::vector<std::vector<std::size_t>> nearer(nodes_.size());
  std::erase_if(links_, [&](const Link& link) {
    const auto source = place_of(link.source);
    const auto target = place_of(link.target);
    const auto [near, far] = std::minmax(source, target);
    if (nodes_[near].depth == nodes_[far].depth) return true;
    nearer[far].push_back(near);
    return false;
  });
  std::vector<bool> is_kept(nodes_.size(), false);
  is_kept[0] = true;
  for (std::size_t i = nodes_.size(); i-- > 1;) {
    if (!is_kept[i] && !wanted(nodes_[i])) continue;
    is_kept[i] = true;
    for (const auto near : nearer[i]) is_kept[near] = true;
  }
  keep(is_kept);
}

void Walk::keep(const std::vector<bool>& is_kept) {
  std::erase_if(links_, [&](const Link& link) {
    return !is_kept[place_of(link.source)] || !is_kept[place_of(link.target)];
  });
  std::vector<Node> kept;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_kept[i]) kept.push_back(std::move(nodes_[i]));
  }
  nodes_ = std::move(kept);
  places_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) places_.emplace(nodes_[i].id, i);
}

}  // namespace lightfast::graph
