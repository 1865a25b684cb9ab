// The name under which a process of the launcher shows itself in /proc (its command line).
#pragma once

namespace lightfast::sandbox {

// Remembers where the arguments are; call first in main(), with its arguments.
void remember_arguments(int count, char** arguments);

// Makes `name` the whole command line of the calling process, cut to the room the arguments had.
void set_process_name(const char* name);

}  // namespace lightfast::sandbox
