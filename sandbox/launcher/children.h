// Hearing of ended children through a descriptor that can be polled.
#pragma once

#include "base/handles.h"

namespace lightfast::sandbox {

// Blocks SIGCHLD, and unblocks all else, in the calling process; the descriptor is readable once a
// child has ended.
UniqueFd watch_children();

// Takes what is readable off the descriptor; the children themselves are still to be waited for.
void clear_children_events(const UniqueFd& children);

}  // namespace lightfast::sandbox
