// Keeps what a process has in memory from being seen outside it.
#pragma once

namespace lightfast {

// From now on a crash leaves no core dump, and other processes of the same user can neither trace
// this one nor read its memory or environment (PR_SET_DUMPABLE, prctl(2)). A program that it
// becomes by execve(2) has to ask anew.
void hide_memory();

}  // namespace lightfast
