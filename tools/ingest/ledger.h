// The deliveries of webhooks that were accepted, in DATA_DIR/deliveries.db, which several threads
// and processes share, each with a Ledger of its own. One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/database.h"
#include "base/ids.h"
#include "base/result.h"

namespace lightfast::ingest {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

inline constexpr int kMaxAttempts = 5;
inline constexpr std::chrono::days kKept{30};  // after its time a delivery is forgotten,
inline constexpr std::int64_t kMostKept =
    100'000;  // or beyond the newest so many of an organisation

enum class Status { Waiting, Done, Ignored, Dead };
std::string_view status_text(Status status);
std::optional<Status> status_of(std::string_view text);

struct Delivery {
  std::string provider;
  OrgId org;          // empty: not known yet
  std::string id;     // the provider's own, the same when it is sent again
  std::string event;  // `push`, `repository.renamed`
  Status status = Status::Waiting;
  std::string reason = {};  // why it is ignored, or how the last attempt failed
  std::string body = {};    // what tells whose it is, as JSON; empty when that is known
  Time received_at = {};
  int attempts = 0;  // that failed
  Time next_at = {};
};

// What waits of one organisation, by the numbers that it has here.
struct Due {
  std::vector<std::int64_t> now;  // for which the time has come
  std::vector<std::int64_t> all;  // these, and those that have failed and are to wait longer
};

// A delivery whose organisation is not known yet.
struct Unrouted {
  std::int64_t number = 0;
  Delivery delivery;
};

// What of GitHub's belongs to an organisation.
enum class Bound { Repository, Installation };

struct Binding {
  OrgId org;
  std::string name;  // OWNER/NAME of its repository
};

class Ledger {
 public:
  static Result<Ledger> open(const std::filesystem::path& data_dir);

  // Has all of them on disk, or none, when it returns. For each, whether it is new: one whose id
  // is there already changes nothing.
  Result<std::vector<bool>> add(const std::vector<Delivery>& deliveries);

  // What waits of each organisation for which the time has come for something.
  Result<std::map<OrgId, Due>> due(Time now);

  // Of those that wait and whose organisation is not known yet, some for which the time has come.
  Result<std::vector<Unrouted>> unrouted(Time now);
  // Has these be there instead of one whose organisation was not known.
  Result<void> replace(std::int64_t number, const std::vector<Delivery>& deliveries);

  Result<void> mark_done(const std::vector<std::int64_t>& numbers);
  // They wait again, a longer time after each failure, or, after kMaxAttempts, are dead.
  Result<void> mark_failed(const std::vector<std::int64_t>& numbers, const std::string& reason,
                           Time now);

  // The newest first, at most `limit`.
  Result<std::vector<Delivery>> list(std::optional<Status> status, int limit);
  // Has a delivery worked on once more. NotFound when there is none of this id.
  Result<void> replay(std::string_view id);

  // How many there are of one status, by organisation.
  Result<std::map<OrgId, std::int64_t>> count(Status status);

  // What is known of ids that belong to organisations, each under the name that the organisation's
  // repository had when it was learned; what was learned of it under others is forgotten then.
  Result<std::vector<Binding>> bindings(Bound kind, std::int64_t id);
  Result<std::vector<std::int64_t>> bound_to(const OrgId& org, const std::string& name, Bound kind);
  Result<void> bind(Bound kind, std::int64_t id, const OrgId& org, const std::string& name);
  Result<void> unbind(Bound kind, std::int64_t id, const OrgId& org);

  // Forgets what is too old or too much. Of those that wait, none.
  Result<void> prune(Time now);

  // Another number after each change by somebody else.
  Result<std::int64_t> version() { return database_.data_version(); }

 private:
  Result<std::vector<bool>> insert(const std::vector<Delivery>& deliveries);
  explicit Ledger(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace lightfast::ingest
