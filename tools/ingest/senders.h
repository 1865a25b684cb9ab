// Who sends webhooks: how each signs a delivery, and what the delivery then is. Pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tools/ingest/github.h"
#include "tools/ingest/ledger.h"
#include "tools/ingest/posted.h"

namespace lightfast::ingest {

// A delivery whose signature is right.
struct Genuine {
  std::string id;          // the provider's own, the same when it is sent again
  std::string event;       // `push`, `repository.renamed`
  std::string kind = {};   // that a header says: `repository`; empty where the body does
  Json payload;            // an object
  GitHubEvent about = {};  // of GitHub's alone
};

struct Sender {
  std::string_view name;       // in the route, and in the configuration
  std::string_view title;      // for people
  std::string_view variable;   // of the environment, with the secret
  std::string_view signature;  // the header
  // What was posted at `now`. A Refusal when it is not genuine, not what they send, or too old.
  std::expected<Genuine, Refusal> (*read)(const Posted& posted,
                                          const std::vector<std::string>& secrets, Time now);
};

// Null when there is none of this name. `generic` is also called `webhook`.
const Sender* find_sender(std::string_view name);

// So far from the time that it says a delivery may come. Linear sends again after 1 minute, 1 hour
// and 6 hours, and whether the time is then a new one is not said; that nothing counts twice is
// seen to by the ids.
inline constexpr std::chrono::hours kLinearAge{8};
inline constexpr std::chrono::minutes kStandardAge{5};  // as the specification says
inline constexpr std::chrono::minutes kAhead{5};

}  // namespace lightfast::ingest
