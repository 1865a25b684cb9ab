// Takes the deliveries of webhooks: checks them, has them and the events that they become on disk
// before they are acknowledged, and then works on them, those of one organisation together,
// organisations side by side. Three threads of its own: one takes, one has repositories synced, one
// has events kept.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/ids.h"
#include "base/result.h"
#include "tools/ingest/keeper.h"
#include "tools/ingest/ledger.h"
#include "tools/ingest/posted.h"
#include "tools/ingest/routing.h"
#include "tools/ingest/senders.h"

namespace lightfast::ingest {

// How a delivery was taken: 202 once it is on disk, whatever becomes of it.
struct Answer {
  int status = 202;
  std::string word;  // accepted, duplicate or ignored; of a refusal, why
};

class Ingest {
 public:
  // Has an organisation's repository brought up to date with what its host has now; returns at
  // once, and calls `ended` on any thread, this object's end notwithstanding.
  using Ended = std::function<void(const Result<void>&)>;
  using Sync = std::function<void(const OrgId& org, Ended ended)>;

  // Opens the ledger; Corrupt and PermissionDenied say what is wrong with it.
  static Result<std::unique_ptr<Ingest>> create(const std::filesystem::path& data_dir,
                                                Routing routing, Sync sync, Keeper::Keep keep);
  // The threads end; what was taken and not answered yet is answered with 503.
  ~Ingest();

  // Begins to take and to work, on what an earlier run left first.
  void start();

  // Has no more events kept. False when a store does not let go of that within `timeout`: then the
  // destructor would wait for it, for as long as it takes.
  [[nodiscard]] bool end_keeping(std::chrono::milliseconds timeout) {
    return keeper_->end(timeout);
  }

  // Whose deliveries are taken from now on.
  void change_routing(Routing routing);

  // Takes a delivery of `provider`. `answered` is called once, on any thread; what `posted` refers
  // to stays until then. Refused at once when too many wait.
  void take(const std::string& provider, Posted posted,
            std::function<void(const Answer&)> answered);

  struct State {
    std::uint64_t taken = 0, duplicates = 0, refused = 0;  // since the start
    // In the ledger; of those whose organisation is not known, under the empty name.
    std::map<OrgId, std::int64_t> waiting = {}, dead = {};
    Keeper::State events = {};
  };
  // Any thread.
  [[nodiscard]] State state();

 private:
  struct Waiting {
    const Sender* sender;
    Posted posted;
    std::function<void(const Answer&)> answered;
  };
  // One that was posted: as how many deliveries it is kept.
  struct Taken {
    std::size_t count;
    std::function<void(const Answer&)> answered;
  };
  // What syncs that end reach, which they may after the end of everything else.
  struct Shared {
    std::mutex mutex;  // of these
    std::condition_variable_any changed;
    std::deque<Waiting> waiting;
    std::vector<std::pair<OrgId, Result<void>>> ended;  // syncs
    bool has_work = true;
  };
  Ingest(Routing routing, Sync sync, Ledger intake, Ledger work, std::unique_ptr<Keeper> keeper);

  void take_all(const std::stop_token& stop);
  void store(std::deque<Waiting> batch);
  std::expected<std::vector<Delivery>, Refusal> check(const Waiting& waiting,
                                                      const Routing& routing);
  std::expected<std::vector<Delivery>, Refusal> read(const Waiting& waiting,
                                                     const Routing& routing);
  Result<Routes> routes_of(const Genuine& read, const Posted& posted, const Routing& routing);
  bool is_too_much(const std::vector<Delivery>& deliveries);
  void add(const std::vector<Delivery>& deliveries, const std::vector<Taken>& taken);
  void work_all(const std::stop_token& stop);
  Result<void> work();
  Result<void> settle();
  Result<void> route_all();
  Result<void> begin();
  void prune();
  [[nodiscard]] std::shared_ptr<const Routing> routing();

  const Sync sync_;
  Ledger intake_;                   // of the thread that takes
  Ledger work_;                     // of the thread that works, as is
  std::map<OrgId, Due> under_way_;  // by whose sync goes on
  std::chrono::steady_clock::time_point next_pruning_;

  const std::string nobodys_secret_;
  Guarded<std::shared_ptr<const Routing>> routing_;
  const std::shared_ptr<Shared> shared_;
  Guarded<State> counts_;
  const std::unique_ptr<Keeper> keeper_;
  std::jthread worker_, taker_;  // last: they use all of the above
};

}  // namespace lightfast::ingest
