// Takes the deliveries of webhooks: checks them, has them on disk before they are acknowledged, and
// then works on them, those of one kind together. Two threads of its own: one takes, one works.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "tools/ingest/ledger.h"
#include "tools/ingest/posted.h"

namespace lightfast::ingest {

struct Options {
  std::filesystem::path data_dir;
  OrgId org;
  std::string branch = {};                       // that is served; empty: the default one
  std::vector<std::string> github_secrets = {};  // the current one and the previous; none: refused
};

// How a delivery was taken: 202 once it is on disk, whatever becomes of it.
struct Answer {
  int status = 202;
  std::string word;  // accepted, duplicate or ignored; of a refusal, why
};

class Ingest {
 public:
  // Brings the repository up to date with what its host has now.
  using Sync = std::function<Result<void>(std::stop_token stop)>;

  // Opens the ledger; Corrupt and PermissionDenied say what is wrong with it.
  static Result<std::unique_ptr<Ingest>> create(Options options, Sync sync);
  // Both threads end; what was taken and not answered yet is answered with 503.
  ~Ingest();

  // Begins to take and to work, on what an earlier run left first.
  void start();

  // Takes a delivery of `provider`. `answered` is called once, on any thread; what `posted` refers
  // to stays until then. Refused at once when too many wait.
  void take(const std::string& provider, Posted posted,
            std::function<void(const Answer&)> answered);

  struct State {
    std::uint64_t taken = 0, duplicates = 0, refused = 0;  // since the start
    std::int64_t waiting = 0, dead = 0;                    // in the ledger
  };
  // Any thread.
  [[nodiscard]] State state() const;

 private:
  struct Waiting {
    Posted posted;
    std::function<void(const Answer&)> answered;
  };
  Ingest(Options options, Sync sync, Ledger intake, Ledger work);

  void take_all(const std::stop_token& stop);
  void store(std::deque<Waiting> batch);
  void work_all(const std::stop_token& stop);
  void work(const std::stop_token& stop);
  Result<void> attempt(const std::stop_token& stop);

  const Options options_;
  const Sync sync_;
  Ledger intake_;  // of the thread that takes
  Ledger work_;    // of the thread that works

  std::mutex mutex_;  // of these
  std::condition_variable_any changed_;
  std::deque<Waiting> waiting_;
  bool has_work_ = true;

  std::atomic<std::uint64_t> taken_ = 0, duplicates_ = 0, refused_ = 0;
  std::atomic<std::int64_t> waiting_count_ = 0, dead_count_ = 0;
  std::jthread worker_, taker_;  // last: they use all of the above
};

}  // namespace lightfast::ingest
