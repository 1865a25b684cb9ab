// Long-term memory: what is asked over the network for what happened at any time.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "contract/search.h"

namespace lightfast::memory {

// What came of asking. Results only with Ok and Cached.
struct Recalled {
  contract::SearchAnswer answer;  // of the other server: results, total, partial
  contract::TierReport report;
};

// A question that is under way. Whoever has no more use for it lets it go, which waits for nothing.
class Recall {
 public:
  virtual ~Recall() = default;
  // What came of it: by the deadline at the latest, and at once when it is cancelled.
  virtual Recalled wait() = 0;
};

// Any thread.
class LongTerm {
 public:
  virtual ~LongTerm() = default;
  // Asks, and returns at once.
  virtual std::unique_ptr<Recall> ask(const contract::SearchRequest& request,
                                      std::chrono::steady_clock::time_point deadline,
                                      std::stop_token cancelled) = 0;
};

}  // namespace lightfast::memory
