#include "tools/graph/walk.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace lightfast::graph {
namespace {

// No id has control characters.
std::string text_of(const Link& link) {
  return link.source + '\n' + link.type + '\n' + link.target;
}

// Nodes in a new order, each once.
class Places {
 public:
  explicit Places(std::size_t count) : is_there_(count, false) {}

  void add(std::size_t place) {
    if (is_there_[place]) return;
    is_there_[place] = true;
    order_.push_back(place);
  }

  // What lies between the root and `place`, by the first of those that are `nearer`, then itself.
  void add_path(std::size_t place, const std::vector<std::vector<std::size_t>>& nearer) {
    std::vector<std::size_t> path = {place};
    while (path.back() != 0 && !nearer[path.back()].empty())
      path.push_back(nearer[path.back()].front());
    for (const auto step : std::views::reverse(path)) add(step);
  }

  [[nodiscard]] const std::vector<std::size_t>& in_order() const { return order_; }

 private:
  std::vector<bool> is_there_;
  std::vector<std::size_t> order_;
};

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
  std::vector<std::size_t> targets;
  is_kept[0] = true;
  for (std::size_t i = nodes_.size(); i-- > 1;) {
    const bool is_wanted = wanted(nodes_[i]);
    if (!is_kept[i] && !is_wanted) continue;
    is_kept[i] = true;
    if (is_wanted) targets.push_back(i);
    for (const auto near : nearer[i]) is_kept[near] = true;
  }
  Places places(nodes_.size());
  places.add(0);
  for (const auto target : std::views::reverse(targets)) places.add_path(target, nearer);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_kept[i]) places.add(i);
  }
  keep(places.in_order());
}

void Walk::keep(const std::vector<std::size_t>& places) {
  std::vector<Node> kept;
  kept.reserve(places.size());
  for (const auto place : places) kept.push_back(std::move(nodes_[place]));
  nodes_ = std::move(kept);
  places_.clear();
  for (std::size_t i = 0; i < nodes_.size(); ++i) places_.emplace(nodes_[i].id, i);
  std::erase_if(links_, [this](const Link& link) {
    return !places_.contains(link.source) || !places_.contains(link.target);
  });
}

}  // namespace lightfast::graph
