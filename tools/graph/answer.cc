#include "tools/graph/answer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tools/graph/parts.h"
#include "tools/graph/times.h"

namespace lightfast::graph {
namespace {

Json link_json(const Link& link) {
  Json made = {{"source", link.source}, {"type", link.type}, {"target", link.target}};
  if (link.from) made["validFrom"] = time_json(*link.from);
  if (link.to) made["validTo"] = time_json(*link.to);
  return made;
}

// The links, by the later one of their ends.
std::vector<std::vector<const Link*>> links_by_node(const Walk& walk) {
  std::vector<std::vector<const Link*>> links(walk.nodes().size());
  for (const auto& link : walk.links()) {
    const auto later = std::max(walk.place_of(link.source), walk.place_of(link.target));
    links[later].push_back(&link);
  }
  return links;
}

}  // namespace

Result<Json> answer_of(const Walk& walk, const Most& most, NodeMaker& maker) {
  Json answer = {{"nodes", Json::array()}, {"edges", Json::array()}, {"truncated", false}};
  const auto& nodes = walk.nodes();
  const auto most_nodes = std::min(nodes.size(), most.nodes);
  const auto links = links_by_node(walk);
  std::size_t used = 0;
  std::size_t shown = 0;
  for (; shown < most_nodes; ++shown) {
    auto size = TRY(maker.least_size(nodes[shown])) + 1;
    Json edges = Json::array();
    for (const auto* link : links[shown]) {
      edges.push_back(link_json(*link));
      size += size_of(edges.back()) + 1;
    }
    if (used + size > most.bytes && shown > 0) break;
    used += size;
    for (auto& edge : edges) answer["edges"].push_back(std::move(edge));
  }
  const auto spare = (most.bytes - std::min(used, most.bytes)) / shown;
  for (std::size_t i = 0; i < shown; ++i) answer["nodes"].push_back(maker.make(i, spare));
  answer["truncated"] = walk.is_truncated() || shown < nodes.size();
  return answer;
}

}  // namespace lightfast::graph
