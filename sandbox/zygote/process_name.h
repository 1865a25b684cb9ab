// The name under which a process shows itself in /proc: its command line and what ps calls it.
#pragma once

namespace lightfast::sandbox {

// Makes `name` the whole command line of the calling process, cut to the room that its `arguments`
// first arguments had.
void set_process_name(const char* name, int arguments);

// Gives it back the arguments it was started with, and the name `name`.
void restore_process_name(const char* name);

}  // namespace lightfast::sandbox
