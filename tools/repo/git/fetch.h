// Fetches one branch of a remote repository into a bare mirror.
#pragma once

#include "base/result.h"
#include "tools/repo/git/branches.h"
#include "tools/repo/git/request.h"

namespace lightfast::repo {

inline constexpr std::size_t kMaxReceivedBytes = 256UL << 20;

// Blocks on the network; ends the program when the remote stays silent (stall_guard.h). Messages
// say what the user can do. The mirror then has the commit of the returned head, and its reference
// `refs/lightfast/head` names it.
Result<Head> fetch_branch(git_repository* mirror, const SyncRequest& request);

}  // namespace lightfast::repo
