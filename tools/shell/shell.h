// The handler of `shell`: a command in a sandbox over the organisation's current snapshot.
#pragma once

#include "contract/procedure.h"
#include "sandbox/sandboxes.h"
#include "tools/repo/repo.h"

namespace lightfast::shell {

// `repo` and `sandboxes` outlive the handler.
contract::Handler make_shell_handler(repo::Repo& repo, sandbox::Sandboxes& sandboxes);

}  // namespace lightfast::shell
