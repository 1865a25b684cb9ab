// Each procedure of a contract as a tool. The only place of this room that knows the contract.
#pragma once

#include "base/ids.h"
#include "contract/catalog.h"
#include "mcp/tools.h"

namespace lightfast::mcp {

// One tool for each procedure of `catalog` (which outlives them), in its order, named `lightfast_`
// + its key joined by
// `_`. A procedure with a presentation for models answers text alone and declares no output schema,
// because clients show a model only `structuredContent` where there is one; the others answer
// `structuredContent` and the same JSON as text. What the catalog refuses or cannot do is a result
// with `isError`. Calls are made in the name of `org`.
Tools contract_tools(const contract::Catalog& catalog, const OrgId& org = {});

}  // namespace lightfast::mcp
