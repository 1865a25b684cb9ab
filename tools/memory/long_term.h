// Long-term memory: what is asked over the network for what happened at any time.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
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

// What a result is an excerpt of: the whole, or as much of it as the other server gave.
struct Content {
  contract::SearchResult event;  // without score, snippet and reason
  std::string text;              // as it was sent: control characters are to be made visible
  std::size_t begin = 0;         // where it begins in the whole
  std::size_t whole = 0;         // bytes
  Json metadata = Json::object();
};

// What came of asking for contents: those that the other server has. Items only with Ok.
struct Fetched {
  std::vector<Content> items;
  contract::TierReport report;
};

// Any thread. It outlives whoever waits for it.
class LongTerm {
 public:
  virtual ~LongTerm() = default;
  // Asks, and returns at once.
  virtual std::unique_ptr<Recall> ask(const contract::SearchRequest& request,
                                      std::chrono::steady_clock::time_point deadline,
                                      std::stop_token cancelled) = 0;
  // Asks for the contents of results by their ids, from byte `offset` on where it can give that,
  // and waits for them: until the deadline at the latest, no longer than until it is cancelled.
  virtual Fetched contents(const std::vector<std::string>& ids, std::size_t offset,
                           std::chrono::steady_clock::time_point deadline,
                           std::stop_token cancelled) = 0;
};

}  // namespace lightfast::memory
