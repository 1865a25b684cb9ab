// Who may run now: a bound on what runs at once, for each organisation and in all, and a queue for
// each organisation. Places that come free go round the organisations, so that one with a long
// queue does not hold up the others. Any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>

#include "base/ids.h"
#include "base/result.h"

namespace lightfast::sandbox {

struct AdmissionLimits {
  std::uint64_t running = 16;         // commands in all
  std::uint64_t running_per_org = 4;  // of which one place is kept for short calls
  std::uint64_t waiting_per_org = 256;
  bool operator==(const AdmissionLimits&) const = default;
};

// A call that may take longer than this leaves the last place of its organisation to others.
inline constexpr std::chrono::milliseconds kShortCall{10'000};

// When all commands of an organisation have run for so long, one more short call is let in.
inline constexpr std::chrono::milliseconds kLongRun{1'000};

class Admission {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Admission(AdmissionLimits limits) : limits_(limits) {}

  // Held while a command runs.
  class Place {
   public:
    Place(Admission& owner, OrgId org, Clock::time_point since)
        : owner_(owner), org_(std::move(org)), since_(since) {}
    ~Place() { owner_.leave(org_, since_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

   private:
    Admission& owner_;
    const OrgId org_;
    const Clock::time_point since_;
  };

  // Waits for a place for a command that may take `time_limit`, at most until `deadline`.
  // LimitExceeded, with when to try again, when too many wait already or no place came free;
  // Timeout when `stop` is requested.
  Result<std::unique_ptr<Place>> enter(const OrgId& org, std::chrono::milliseconds time_limit,
                                       Clock::time_point deadline, const std::stop_token& stop);

 private:
  struct Waiter {
    bool is_short = false;
    bool is_admitted = false;
    Clock::time_point since;
    std::condition_variable_any changed;
  };
  struct Org {
    std::multiset<Clock::time_point> running;  // since when
    std::list<Waiter*> waiting;                // in the order in which they came
  };

  // All of these with the lock held.
  bool wait(std::unique_lock<std::mutex>& lock, Org& org, Waiter& waiter,
            Clock::time_point deadline, const std::stop_token& stop);
  void admit_all();
  bool admit_one(Org& org);
  [[nodiscard]] bool has_place(const Org& org, bool is_short) const;
  void forget_if_idle(const OrgId& org);
  [[nodiscard]] std::chrono::seconds retry_after(const Org& org) const;

  void leave(const OrgId& org, Clock::time_point since);

  const AdmissionLimits limits_;
  std::mutex mutex_;
  std::map<OrgId, Org> orgs_;  // those that run or wait
  OrgId last_;                 // who was admitted last
  std::size_t running_ = 0;
  std::chrono::duration<double> usual_run_{0.1};  // a moving average
};

}  // namespace lightfast::sandbox
