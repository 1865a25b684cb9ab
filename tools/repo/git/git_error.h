// The last error of libgit2 on this thread as one of ours.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

// `doing: what libgit2 says`.
Error git_failure(ErrorKind kind, std::string_view doing);

// What libgit2 says, alone, escaped for display.
std::string git_message();

}  // namespace lightfast::repo
