// edges_at() of graph.h.
#include <algorithm>
#include <utility>

#include "tools/store/graph.h"
#include "tools/store/twins.h"

namespace lightfast::store {
namespace {

constexpr std::size_t kMostEdgeTypes = 64;

// By direction: the next type of edge, and the edges of one type. The last column says whether one
// is believed and had begun by ?3: what no index leaves out is a row as well, and counts as looked
// at.
struct EdgeStatements {
  const char *next_type, *edges;
};
constexpr EdgeStatements kOut = {
    "SELECT type FROM edge WHERE source = ?1 AND type > ?2 ORDER BY type LIMIT 1",
    "SELECT target, valid_from, valid_to, valid_from <= ?3 AND " LIGHTFAST_STORE_BELIEVED
    " FROM edge WHERE source = ?1 AND type = ?2"};
constexpr EdgeStatements kIn = {
    "SELECT type FROM edge WHERE target = ?1 AND type > ?2 ORDER BY type LIMIT 1",
    "SELECT source, valid_from, valid_to, " LIGHTFAST_STORE_BELIEVED
    " FROM edge WHERE target = ?1 AND type = ?2 AND valid_from <= ?3"
    " ORDER BY valid_from DESC, source DESC"};

// The type of edge that follows `last`; empty when there is none.
Result<std::string> next_type(Reader& reader, const EdgeSearch& search, std::string_view last) {
  const auto* sql = search.direction == Direction::Out ? kOut.next_type : kIn.next_type;
  std::string next;
  TRY(reader.run(sql, {search.entity, last}, [&next](const SqlRow& row) { next = row.text(0); }));
  return next;
}

Result<void> add_edges_of_type(Reader& reader, const EdgeSearch& search, std::string_view type,
                               RowBudget& budget, Edges& found) {
  const bool is_out = search.direction == Direction::Out;
  std::size_t taken = 0;
  return reader.run_while(
      is_out ? kOut.edges : kIn.edges, {search.entity, type, search.at}, [&](const SqlRow& row) {
        if (!budget.spend()) found.is_all = false;
        if (!found.is_all) return false;
        const Instant from = row.number(1);
        const Instant to = row.number(2);
        if (row.number(3) == 0 || to <= search.at) return true;
        if (++taken > search.most) {
          found.is_all = false;
          return false;
        }
        std::string self(search.entity);
        auto other = row.text(0);
        if (!is_out) self.swap(other);
        found.edges.push_back({std::move(self), std::string(type), std::move(other), from, to});
        return true;
      });
}

// By the very ids that the store has.
Result<Edges> edges_of(Reader& reader, const EdgeSearch& search, std::string_view type,
                       RowBudget& budget) {
  Edges found;
  if (!type.empty()) {
    TRY(add_edges_of_type(reader, search, type, budget, found));
    return found;
  }
  bool is_all = true;
  auto next = TRY(next_type(reader, search, ""));
  for (std::size_t types = 0; types < kMostEdgeTypes && !next.empty(); ++types) {
    found.is_all = true;
    TRY(add_edges_of_type(reader, search, next, budget, found));
    is_all = is_all && found.is_all;
    next = TRY(next_type(reader, search, next));
  }
  if (!next.empty()) is_all = false;
  found.is_all = is_all;
  return found;
}

// Leaves each edge once, and of each type no more than `most`; those of one type are together.
void drop_repeated(std::size_t most, Edges& found) {
  std::vector<EdgeVersion> left;
  std::size_t of_type = 0;
  for (auto& edge : found.edges) {
    const auto is_same = [&edge](const EdgeVersion& other) {
      return edge.source == other.source && edge.type == other.type && edge.target == other.target;
    };
    if (left.empty() || left.back().type != edge.type) of_type = 0;
    const auto begin = left.end() - static_cast<std::ptrdiff_t>(of_type);
    if (std::any_of(begin, left.end(), is_same)) continue;
    if (of_type == most) {
      found.is_all = false;
      continue;
    }
    ++of_type;
    left.push_back(std::move(edge));
  }
  found.edges = std::move(left);
}

Result<void> name_targets(Reader& reader, std::size_t most, Edges& found) {
  bool is_other = false;
  for (auto& edge : found.edges) {
    auto meant = TRY(meant_by(reader, edge.target));
    is_other = is_other || meant != edge.target;
    edge.target = std::move(meant);
  }
  if (is_other) drop_repeated(most, found);
  return {};
}

// Those into the other name of an entity are into it.
Result<void> add_by_other_name(Reader& reader, const EdgeSearch& search, std::string_view type,
                               RowBudget& budget, Edges& found) {
  const auto name = TRY(other_name_of(reader, search.entity));
  if (name.empty()) return {};
  auto other = search;
  other.entity = name;
  auto more = TRY(edges_of(reader, other, type, budget));
  if (more.edges.empty()) return {};
  found.is_all = found.is_all && more.is_all;
  for (auto& edge : more.edges) {
    edge.target = search.entity;
    found.edges.push_back(std::move(edge));
  }
  std::ranges::stable_sort(found.edges, [](const EdgeVersion& a, const EdgeVersion& b) {
    return a.type != b.type ? a.type < b.type : a.from > b.from;
  });
  drop_repeated(search.most, found);
  return {};
}

}  // namespace

Result<Edges> edges_at(Reader& reader, const EdgeSearch& search, std::string_view type,
                       RowBudget& budget) {
  auto found = TRY(edges_of(reader, search, type, budget));
  TRY(search.direction == Direction::Out ? name_targets(reader, search.most, found)
                                         : add_by_other_name(reader, search, type, budget, found));
  return found;
}

}  // namespace lightfast::store
