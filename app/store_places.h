// Where the stores of organisations are, so that none sees what is another's. With settings.h,
// which has store_of() and has_webhooks().
#pragma once

#include "app/settings.h"

namespace lightfast {

// Leaves out each organisation that would have the store of one before it, and says so.
void part_stores(Settings& settings);

}  // namespace lightfast
