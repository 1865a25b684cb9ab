// What exists while the program works, who owns it, and on which thread it lives:
//
//   Services            made and destroyed on the main thread, which confines the process in
//   between
//    ├─ LauncherProcess  started first, before any thread; keeps the capabilities that the server
//    gives up ├─ Sandboxes        any thread; commands run on the caller's ├─ GitJobs          any
//    thread; hands git work to the helper program by way of Sandboxes ├─ Repo             any
//    thread; syncs on a thread of its own ├─ Catalog          immutable └─ warm-up thread   makes
//    the toolbox and the first sandbox before the first call needs them
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/settings.h"
#include "base/guarded.h"
#include "base/json.h"
#include "contract/catalog.h"
#include "sandbox/launcher_process.h"
#include "sandbox/sandboxes.h"
#include "tools/repo/repo.h"

namespace lightfast {

// Every procedure's declaration, in the order in which they are listed.
std::vector<contract::Procedure> declared_procedures();

// What the process itself may still reach when it is confined, besides what the services need.
struct OwnAccess {
  std::vector<std::filesystem::path> read = {};
  std::vector<std::uint16_t> connect_ports = {};
};

class Services {
 public:
  // Starts the launcher, opens the data dir and, when `settings` names one, the repository (without
  // one there is no repo() and no catalog()), then confines the process for good. No thread runs
  // yet, except in it. InvalidArgument and PermissionDenied are errors of use; Unavailable when
  // something is missing on this machine.
  static Result<std::unique_ptr<Services>> create(const Settings& settings,
                                                  const OwnAccess& access = {});
  ~Services();

  // Starts the threads: the first sync and the warm-up.
  void start();

  [[nodiscard]] const contract::Catalog& catalog() const { return *catalog_; }
  // For who observes calls, before the first.
  [[nodiscard]] contract::Catalog& catalog() { return *catalog_; }
  [[nodiscard]] repo::Repo& repo() { return *repo_; }
  [[nodiscard]] sandbox::Sandboxes& sandboxes() { return *sandboxes_; }
  [[nodiscard]] sandbox::LauncherProcess& launcher() { return *launcher_; }
  // Why the process itself could not be confined; empty when it is.
  [[nodiscard]] const std::string& unconfined() const { return unconfined_; }

  // Whether a command would run now, and of which commit; Unavailable with the reason while it
  // would wait or be refused. Waits for nothing.
  [[nodiscard]] Result<Json> readiness();

  // What a model is told about the server, at most 2,000 characters: what the repository is, and,
  // from the last good snapshot, its commit and the top of its tree. Any thread; waits for nothing.
  [[nodiscard]] std::string instructions() const;

 private:
  Services() = default;
  Result<std::shared_ptr<repo::Tokens>> tokens_for(const Settings& settings);
  Result<void> open_repo(const Settings& settings);
  void confine(const Settings& settings, const OwnAccess& access);
  void warm_up(const std::stop_token& stop);

  OrgId org_;
  std::string unconfined_;
  std::unique_ptr<sandbox::LauncherProcess> launcher_;
  std::unique_ptr<sandbox::Sandboxes> sandboxes_;
  std::unique_ptr<repo::GitJobs> git_jobs_;
  std::unique_ptr<repo::Repo> repo_;
  std::unique_ptr<contract::Catalog> catalog_;
  Guarded<std::optional<Result<void>>> warmed_up_;  // nothing while that goes on
  std::jthread warm_up_;
};

}  // namespace lightfast
