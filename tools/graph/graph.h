// The handlers of `graph.query`, `graph.traverse`, `related` and `contents`, over a store of
// events.
#pragma once

#include "contract/procedure.h"
#include "tools/store/readers.h"

namespace lightfast::graph {

// `readers` outlives the handlers, which may be called on several threads at once.
contract::Handler make_query_handler(store::Readers& readers);
contract::Handler make_traverse_handler(store::Readers& readers);
contract::Handler make_related_handler(store::Readers& readers);
contract::Handler make_contents_handler(store::Readers& readers);

}  // namespace lightfast::graph
