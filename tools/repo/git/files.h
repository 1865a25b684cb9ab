// Files and directories relative to an open directory, never through a link.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast::repo {

// The directory `name` in `parent` (AT_FDCWD: an absolute path); a link is refused.
Result<UniqueFd> open_directory(int parent, const std::string& name);

// Makes `name` in `parent` (mode 0755) when it is not there, and opens it.
Result<UniqueFd> make_and_open_directory(int parent, const std::string& name);

// The names in a directory, without `.` and `..`, in no order.
Result<std::vector<std::string>> names_in(int directory);

// Removes `name` in `parent` with all below it; links are removed, not followed. Nothing there is
// no error.
Result<void> remove_tree(int parent, const std::string& name);

// Creates a file that is not there yet and writes it whole.
Result<UniqueFd> create_file(int parent, const std::string& name, unsigned mode,
                             std::string_view content);

// Takes a lock file (created mode 0644 when missing) exclusively. Timeout when another holds it
// until the end of `wait`.
Result<UniqueFd> lock_file(int parent, const std::string& name, std::chrono::milliseconds wait);

}  // namespace lightfast::repo
