// One organisation that is served: its repository, and the procedures over it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/own_memory.h"
#include "app/settings.h"
#include "contract/catalog.h"
#include "sandbox/sandboxes.h"
#include "tools/repo/git_job.h"
#include "tools/repo/repo.h"

namespace lightfast {

class Organisation {
 public:
  // What all organisations share; outlives them.
  struct Shared {
    sandbox::Sandboxes& sandboxes;
    repo::GitJobs& git_jobs;
    LongTermMaker make_long_term = {};
  };

  // Opens its repository; no network, no thread. `common` is what holds for all.
  static Result<std::unique_ptr<Organisation>> open(const OrgSettings& own, const Settings& common,
                                                    const Shared& shared);

  // Starts the first sync; once. Unavailable when the machine gives no thread for it.
  Result<void> start();
  // Syncs no more; what runs goes on.
  void end() { repo_->end(); }

  [[nodiscard]] const OrgId& id() const { return own_.id; }
  [[nodiscard]] const OrgSettings& settings() const { return own_; }
  [[nodiscard]] repo::Repo& repo() { return *repo_; }
  [[nodiscard]] sandbox::Sandboxes& sandboxes() { return shared_.sandboxes; }
  [[nodiscard]] OwnMemory& memory() { return *memory_; }
  [[nodiscard]] const contract::Catalog& catalog() const { return *catalog_; }
  // For who observes calls, before the first.
  [[nodiscard]] contract::Catalog& catalog() { return *catalog_; }

  // What a model is told about the server, at most 2,000 characters: what the repository is, and,
  // from the last good snapshot, its commit and the top of its tree. Any thread; waits for nothing.
  [[nodiscard]] std::string instructions() const;

 private:
  Organisation(const OrgSettings& own, Shared shared) : own_(own), shared_(std::move(shared)) {}

  const OrgSettings own_;
  const Shared shared_;
  std::unique_ptr<repo::Repo> repo_;
  std::unique_ptr<OwnMemory> memory_;
  std::unique_ptr<contract::Catalog> catalog_;
};

}  // namespace lightfast
