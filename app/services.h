// What exists while the program works, who owns it, and on which thread it lives:
//
//   Services            made and destroyed on the main thread, which confines the process between
//    ├─ LauncherProcess  started first, before any thread; keeps the capabilities that the server
//    │                   gives up
//    ├─ Sandboxes        any thread; commands run on the caller's
//    ├─ GitJobs          any thread; hands git work to the helper programs by way of Sandboxes
//    ├─ Organisation     one or more; the set of them is the main thread's, which may change it
//    │   ├─ Repo         any thread; syncs on a thread of its own
//    │   └─ Catalog      immutable
//    └─ warm-up thread   makes the toolbox, and a lone organisation's first sandbox, before the
//                        first call needs them
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "app/organisation.h"
#include "app/settings.h"
#include "base/guarded.h"
#include "base/json.h"
#include "sandbox/launcher_process.h"
#include "sandbox/sandboxes.h"

namespace lightfast {

// What the process itself may still reach when it is confined, besides what the services need.
struct OwnAccess {
  std::vector<std::filesystem::path> read = {}, write = {};
  std::vector<std::uint16_t> connect_ports = {};
};

class Services {
 public:
  using Orgs = std::map<OrgId, std::shared_ptr<Organisation>>;

  // Starts the launcher, opens the data dir and the organisations' repositories, then confines the
  // process for good. No thread runs yet, except in it. InvalidArgument and PermissionDenied are
  // errors of use; Unavailable when something is missing on this machine. Of several organisations
  // one that cannot be opened is among bad_orgs(); it is an error when none can.
  static Result<std::unique_ptr<Services>> create(const Settings& settings,
                                                  const LongTermMaker& make_long_term = {},
                                                  const OwnAccess& access = {});
  ~Services();

  // Starts the threads: the first syncs and the warm-up.
  void start();

  [[nodiscard]] const Orgs& orgs() const { return orgs_; }
  // The only one, of a program that serves no more; else one of them.
  [[nodiscard]] Organisation& org() { return *orgs_.begin()->second; }
  // Null when it is not served. Any thread.
  [[nodiscard]] std::shared_ptr<Organisation> find(const OrgId& id);
  [[nodiscard]] const std::vector<BadOrg>& bad_orgs() const { return bad_orgs_; }
  // How many of these are not served even as they were before.
  [[nodiscard]] std::size_t unserved() const;

  // After start(): has the organisations be those of `settings`. One whose settings are the same is
  // left alone; of one that is bad now, what was served before stays.
  void change_orgs(const Settings& settings);

  [[nodiscard]] sandbox::Sandboxes& sandboxes() { return *sandboxes_; }
  [[nodiscard]] sandbox::LauncherProcess& launcher() { return *launcher_; }
  // Why the process itself could not be confined; empty when it is.
  [[nodiscard]] const std::string& unconfined() const { return unconfined_; }

  // Whether a command would run now: of a lone organisation with its commit, of several with how
  // many are served. Unavailable with the reason while it would wait or be refused. Waits for
  // nothing.
  [[nodiscard]] Result<Json> readiness();

 private:
  Services() = default;
  void open_orgs(const Settings& settings);
  void start(Organisation& org);
  [[nodiscard]] bool is_served(const BadOrg& bad) const;
  void log_bad_orgs() const;
  [[nodiscard]] const OrgId* with_same_user(const OrgId& id) const;
  void keep_served(const BadOrg& bad, Orgs& orgs) const;
  void confine(const Settings& settings, const OwnAccess& access);
  void warm_up(Organisation* lone, const std::stop_token& stop);  // null: there are several
  [[nodiscard]] Json readiness_of_one(int tier);
  [[nodiscard]] Result<Json> readiness_of_all(int tier);

  LongTermMaker make_long_term_;
  std::string unconfined_;
  std::unique_ptr<sandbox::LauncherProcess> launcher_;
  std::unique_ptr<sandbox::Sandboxes> sandboxes_;
  std::unique_ptr<repo::GitJobs> git_jobs_;
  std::mutex orgs_mutex_;  // of changes to orgs_, and of looks by other threads
  Orgs orgs_;
  std::vector<BadOrg> bad_orgs_;
  bool declares_orgs_ = false;
  Guarded<std::optional<Result<void>>> warmed_up_;  // nothing while that goes on
  std::jthread warm_up_;
};

}  // namespace lightfast
