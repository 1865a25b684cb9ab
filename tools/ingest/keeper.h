// Has the events of deliveries kept in the stores of their organisations: from the ledger, where
// they are on disk before a delivery is acknowledged, until a store has them. A thread of its own,
// for a store may be slow, or somebody else's for a while.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/ids.h"
#include "base/result.h"
#include "tools/ingest/ledger.h"
#include "tools/store/payload.h"

namespace lightfast::ingest {

class Keeper {
 public:
  // Has all of them on disk, or none; how many events it did not have before. Unavailable while
  // somebody else writes there: then it is asked again, as long as it takes.
  using Keep = std::function<Result<std::size_t>(const OrgId& org,
                                                 std::span<const store::Delivery> deliveries)>;

  Keeper(Ledger ledger, Keep keep) : keep_(std::move(keep)), ledger_(std::move(ledger)) {}

  void start();
  // There are events. Any thread.
  void wake();
  // Has the thread end, as the destructor does; false when that takes longer than `timeout`, for a
  // store keeps it.
  [[nodiscard]] bool end(std::chrono::milliseconds timeout);

  struct State {
    std::map<OrgId, std::uint64_t> kept = {};  // new ones, since the start
    std::map<OrgId, PendingSize> pending = {};
  };
  // Any thread.
  [[nodiscard]] State state();

 private:
  void run(const std::stop_token& stop);
  Result<void> work(const std::stop_token& stop);
  Result<void> keep_all_of(const OrgId& org, const std::stop_token& stop);
  Result<void> note_failure(const OrgId& org, const Error& error);

  const Keep keep_;
  Ledger ledger_;  // of the thread, as is
  std::set<OrgId> postponed_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool has_work_ = true, is_running_ = false;  // these, and the state, together
  State state_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace lightfast::ingest
