// The files of the current snapshot as MCP resources, `lightfast://repo/PATH`, and the prompt that
// puts the organisation's own rules and words before a model.
#pragma once

#include <memory>

#include "mcp/resources.h"
#include "tools/repo/repo.h"

namespace lightfast {

// `repo` outlives what is made here. A list is of the snapshot of its first page: a cursor of
// another one is refused.
std::unique_ptr<mcp::Resources> make_repo_resources(repo::Repo& repo);

// The prompt `context`.
std::unique_ptr<mcp::Prompt> make_context_prompt(repo::Repo& repo);

}  // namespace lightfast
