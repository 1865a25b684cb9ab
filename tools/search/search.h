// The procedure `search`: both tiers, asked side by side, and one answer that says what came from
// where.
#pragma once

#include <functional>

#include "base/iso_time.h"
#include "contract/procedure.h"
#include "tools/memory/long_term.h"
#include "tools/store/readers.h"

namespace lightfast::search {

using WallClock = std::function<Moment()>;
Moment system_time();

// Any thread. `readers` and `memory`, which may be null, outlive it.
contract::Handler make_search_handler(store::Readers& readers, memory::LongTerm* memory,
                                      WallClock clock = system_time);

}  // namespace lightfast::search
