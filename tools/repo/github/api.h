// The few calls of GitHub's REST API that a GitHub App needs to read one repository. Blocks on the
// network. https://docs.github.com/rest
#pragma once

#include <chrono>

#include "base/result.h"
#include "tools/repo/github/token_messages.h"

namespace lightfast::repo {

// Finds the app's installation for the repository and has a token made that may read its contents
// and nothing else. The messages of errors say what to do, and repeat no secret.
Result<InstallationToken> ask_for_token(const TokenRequest& request, std::chrono::sys_seconds now);

}  // namespace lightfast::repo
