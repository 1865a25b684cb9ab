// The token by which a GitHub App says who it is: a JWT that its private key signs (RFC 7519,
// RS256 of RFC 7518). Pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

// Good from a minute before `now`, for clocks that differ, to nine after; GitHub takes at most ten.
// InvalidArgument when `private_key` is not an RSA key in PEM; the message repeats nothing of it.
Result<std::string> app_jwt(std::string_view app_id, std::string_view private_key,
                            std::chrono::sys_seconds now);

}  // namespace lightfast::repo
