// Asks the kernel's scheduler for short turns: a process that has little to do, and is waited for,
// then need not wait for the whole turn of one that has much.
#pragma once

namespace lightfast {

enum class Children { Alike, AsUsual };

// For the calling thread and the threads and processes it starts from now on, or, with
// Children::AsUsual, for itself alone. How much processor time it gets stays the same. Linux 6.12
// and later (sched_setattr(2), `runtime` of ordinary tasks); without effect elsewhere.
void ask_for_short_turns(Children children);

}  // namespace lightfast
