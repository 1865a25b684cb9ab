#include "tools/graph/lookup.h"

#include "tools/store/graph.h"
#include "tools/store/handles.h"
#include "tools/store/twins.h"

namespace lightfast::graph {

Result<std::optional<Node>> find_node(store::Reader& reader, const std::string& text,
                                      const std::string& field) {
  if (TRY(store::entity_at(reader, text, store::kLatest)))
    return std::optional(Node{.id = TRY(store::meant_by(reader, text)), .kind = NodeKind::Entity});
  if (TRY(store::event_of_id(reader, text)))
    return std::optional(Node{.id = text, .kind = NodeKind::Event});
  auto resolved = store::resolve_entity(reader, text, field);
  if (resolved) return std::optional(Node{.id = *std::move(resolved), .kind = NodeKind::Entity});
  if (resolved.error().kind == ErrorKind::NotFound) return std::optional<Node>();
  return std::move(resolved).error();
}

}  // namespace lightfast::graph
