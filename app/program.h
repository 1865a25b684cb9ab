// What the main() of both programs share.
#pragma once

#include "app/command_line.h"
#include "app/settings.h"
#include "base/result.h"

namespace lightfast {

// The settings of `line`, with logging as they say: on a terminal stderr belongs to a command's own
// words, so that only what serves says more than errors.
Result<Settings> begin(const CommandLine& line);

// InvalidArgument that says what to do, when `settings` name no repository.
Result<void> need_repo(const Settings& settings);

// Has SIGHUP wait until the server heeds it, also one that comes before that.
void block_hangup();

// Whether `mcp` passes its calls on to another server.
bool is_bridge(const Settings& settings);

// Whether long-term memory is asked, by any organisation.
bool has_long_term(const Settings& settings);

// Parses `arguments` (the program's own name first), has `run` do what they say and prints an error
// in one line. Returns the exit code.
int run_program(int count, char** arguments, Result<int> (*run)(const CommandLine& line));

}  // namespace lightfast
