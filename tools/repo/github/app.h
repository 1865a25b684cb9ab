// What a GitHub App asks of GitHub's API: tokens, and to make the repository. Blocks on the
// network. The messages of errors say what to do, and repeat no secret.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/repo/github/token_messages.h"

namespace lightfast::repo {

// Finds the app's installation for the repository and has a token made that may read its contents
// and nothing else.
Result<InstallationToken> ask_for_token(const TokenRequest& request, std::chrono::sys_seconds now);

struct NewFile {
  std::string_view path, content;
};

// Makes the private repository `request.owner`/`request.repository` with `files` in one commit, on
// a branch called `main`, and returns its URL. InvalidArgument, with nothing changed, when there is
// one of this name already.
Result<std::string> create_repository(const TokenRequest& request,
                                      const std::vector<NewFile>& files,
                                      std::chrono::sys_seconds now);

}  // namespace lightfast::repo
