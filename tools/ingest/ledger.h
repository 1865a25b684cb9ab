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
#include "tools/store/payload.h"

namespace lightfast::ingest {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;
inline Time now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

inline constexpr int kMaxAttempts = 5;
inline constexpr std::chrono::days kKept{30};  // after its time a delivery is forgotten,
inline constexpr std::int64_t kMostKept =
    100'000;  // or beyond the newest so many of an organisation
inline constexpr std::int64_t kMostUnroutedBytes = 64LL << 20;  // of events that are nobody's

enum class Status { Waiting, Done, Ignored, Dead };
std::string_view status_text(Status status);
std::optional<Status> status_of(std::string_view text);

struct Delivery {
  std::string provider;
  OrgId org;          // empty: not known yet
  std::string id;     // the provider's own, the same when it is sent again
  std::string event;  // `push`, `repository.renamed`
  Status status = Status::Waiting;
  std::string reason = {};         // why it is ignored, or how the last attempt failed
  std::string body = {};           // what tells whose it is, as JSON; empty when that is known
  bool needs_sync = true;          // it may be a change of the organisation's repository
  std::string events = {};         // for the organisation's store, one in a line, as JSON
  std::string payload = {};        // what was sent, by store::pack()
  std::int64_t payload_bytes = 0;  // of it before that
  Time received_at = {};
  int attempts = 0;  // that failed
  Time next_at = {};
};

// What waits of one organisation, by the numbers that it has here.
struct Due {
  std::vector<std::int64_t> now;  // for which the time has come
  std::vector<std::int64_t> all;  // these, and those that have failed and are to wait longer
};

// The events of a delivery that the store of its organisation does not have yet.
struct Pending {
  std::int64_t number = 0;  // of the delivery
  std::string events;       // one in a line, as JSON
  store::Payload payload;   // nothing is packed where it was not kept
};

// How much there is of such, of an organisation.
struct PendingSize {
  std::int64_t deliveries = 0, bytes = 0;
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

  // From here on moving what was written from the log into the file is left to the other
  // connections, so that it holds up no add().
  Result<void> leave_checkpoints() { return database_.run("PRAGMA wal_autocheckpoint = 0"); }

  // Has all of them on disk, or none, when it returns. For each, whether it is new: one whose id
  // is there already changes nothing.
  Result<std::vector<bool>> add(const std::vector<Delivery>& deliveries);

  // What waits for a sync, of each organisation for which the time has come for something.
  Result<std::map<OrgId, Due>> due(Time now);

  // Of those that wait and whose organisation is not known yet, some for which the time has come.
  Result<std::vector<Unrouted>> unrouted(Time now);
  // Has these be there instead of one whose organisation was not known.
  Result<void> replace(std::int64_t number, const std::vector<Delivery>& deliveries);

  // Their repository has been looked at. They are done unless their events are still to be kept.
  Result<void> mark_done(const std::vector<std::int64_t>& numbers);
  // They wait again, a longer time after each failure, or, after kMaxAttempts, are dead.
  Result<void> mark_failed(const std::vector<std::int64_t>& numbers, const std::string& reason,
                           Time now);

  // The organisations for whose events the time has come.
  Result<std::vector<OrgId>> with_pending(Time now);
  // The oldest of them, also of those that have failed and are to wait longer, or are dead: at
  // most about `most` bytes, and one delivery's at least.
  Result<std::vector<Pending>> pending(const OrgId& org, std::int64_t most);
  // The store has them. Their deliveries are done unless they still wait for a sync.
  Result<void> mark_kept(const std::vector<std::int64_t>& numbers);
  // They are tried again, after pauses as above; after kMaxAttempts their deliveries are dead, and
  // the events stay here.
  Result<void> mark_not_kept(const OrgId& org, const std::string& reason, Time now);
  // They are tried again in a while, as often as it takes: the store cannot be written just now.
  Result<void> postpone(const OrgId& org, const std::string& reason, Time until);
  // How much of that there is, by organisation.
  Result<std::map<OrgId, PendingSize>> pending_sizes();

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

  // Forgets what is too old or too much. Of those that wait, and of those whose events an
  // organisation's store does not have yet, none.
  Result<void> prune(Time now);
  // Forgets the oldest events of deliveries that are nobody's, beyond kMostUnroutedBytes.
  Result<void> prune_unrouted();

  // Another number after each change by somebody else.
  Result<std::int64_t> version() { return database_.data_version(); }

 private:
  Result<std::vector<bool>> insert(const std::vector<Delivery>& deliveries);
  explicit Ledger(Database database) : database_(std::move(database)) {}
  Database database_;
};

}  // namespace lightfast::ingest
