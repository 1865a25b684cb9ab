// The procedure `contents` over both tiers: what the store does not have is asked for in long-term
// memory.
#pragma once

#include "contract/procedure.h"
#include "tools/memory/long_term.h"

namespace lightfast::search {

// `local` answers `contents` from the store. `memory`, which may be null, outlives the handler.
contract::Handler with_long_term(contract::Handler local, memory::LongTerm* memory);

}  // namespace lightfast::search
