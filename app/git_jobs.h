// Runs the git helper confined: what tools/repo asks for, done by the sandbox launcher.
#pragma once

#include "sandbox/sandboxes.h"
#include "tools/repo/git_job.h"

namespace lightfast {

class ConfinedGitJobs final : public repo::GitJobs {
 public:
  explicit ConfinedGitJobs(sandbox::Sandboxes& sandboxes) : sandboxes_(sandboxes) {}
  Result<std::string> run(const repo::GitJob& job, std::stop_token stop) override;

 private:
  sandbox::Sandboxes& sandboxes_;
};

}  // namespace lightfast
