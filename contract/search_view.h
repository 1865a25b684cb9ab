// How the output of `search` is shown on a terminal. It takes JSON that conforms to the procedure's
// output schema. Pure but for the streams it is given.
#pragma once

#include <iosfwd>

#include "base/json.h"

namespace lightfast::contract {

// The results as a list to `out`; what is to be said of the tiers to `err`. Returns 0.
int search_for_terminal(const Json& output, std::ostream& out, std::ostream& err);

}  // namespace lightfast::contract
