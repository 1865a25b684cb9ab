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
std::vector<std::vector<Json>> links_by_node(const Walk& walk) {
  std::vector<std::vector<Json>> links(walk.nodes().size());
  for (const auto& link : walk.links()) {
    const auto later = std::max(walk.place_of(link.source), walk.place_of(link.target));
    links[later].push_back(link_json(link));
  }
  return links;
}

}  // namespace

Result<Json> answer_of(const Walk& walk, const Most& most, const MakeNode& make) {
  Json answer = {{"nodes", Json::array()}, {"edges", Json::array()}, {"truncated", false}};
  const auto& nodes = walk.nodes();
  const auto most_nodes = std::min(nodes.size(), most.nodes);
  auto links = links_by_node(walk);
  std::size_t used = 0;
  std::size_t shown = 0;
  for (; shown < most_nodes; ++shown) {
    std::size_t size = size_of(TRY(make(nodes[shown], 0))) + 1;
    for (const auto& link : links[shown]) size += size_of(link) + 1;
    if (used + size > most.bytes && shown > 0) break;
    used += size;
    for (auto& link : links[shown]) answer["edges"].push_back(std::move(link));
  }
  const auto spare = (most.bytes - std::min(used, most.bytes)) / shown;
  for (std::size_t i = 0; i < shown; ++i) answer["nodes"].push_back(TRY(make(nodes[i], spare)));
  answer["truncated"] = walk.is_truncated() || shown < nodes.size();
  return answer;
}

}  // namespace lightfast::graph
