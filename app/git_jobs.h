// Runs the git helper confined: what tools/repo asks for, done by the sandbox launcher, of hundreds
// of organisations some at a time.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "sandbox/sandboxes.h"
#include "tools/repo/git_job.h"

namespace lightfast {

class ConfinedGitJobs final : public repo::GitJobs {
 public:
  explicit ConfinedGitJobs(sandbox::Sandboxes& sandboxes) : sandboxes_(sandboxes) {}
  Result<std::string> run(const repo::GitJob& job, std::stop_token stop) override;

 private:
  Result<std::string> run_now(const repo::GitJob& job, const std::stop_token& stop);

  sandbox::Sandboxes& sandboxes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t running_ = 0;  // with mutex_
};

}  // namespace lightfast
