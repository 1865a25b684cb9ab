// The settings `limits` and `programs`: what a command may use, and which programs there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sandbox/sandboxes.h"

namespace lightfast {

// Lays `text`, `NAME=NUMBER` separated by commas, over the defaults in `options`. InvalidArgument
// names the limit at fault, its bounds, or the nearest known name.
Result<void> apply_limits(std::string_view text, sandbox::SandboxOptions& options);

// All limits as `NAME=NUMBER`, in the order of docs/configuration.md.
std::vector<std::string> limits_in_words(const sandbox::SandboxOptions& options);

// The programs that `text` names, separated by spaces or commas: these and bash; where it begins
// with a `+`, the default ones and these. InvalidArgument for what is not the plain name of a file.
Result<std::vector<std::string>> programs_of(std::string_view text);

}  // namespace lightfast
