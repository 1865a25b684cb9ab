// Keeps the public keys of one issuer of tokens current, on a thread of its own. Any thread may ask
// for them, and none waits for the network.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/https_fetch.h"
#include "auth/jwks.h"
#include "base/result.h"

namespace lightfast::auth {

// When keys are fetched; other values than these are for tests.
struct RefreshPace {
  std::chrono::milliseconds every = std::chrono::minutes(10);
  // From the end of one fetch to the next, whatever is wanted; after failures it doubles, up to
  // `every`.
  std::chrono::milliseconds least_pause = std::chrono::seconds(30);
  std::chrono::milliseconds keep = std::chrono::hours(24);  // how long keys serve without a refresh
};

struct JwksOptions {
  std::string issuer;    // as its tokens name it in `iss`
  std::string jwks_url;  // empty: what the issuer's own document says
  RefreshPace pace = {};
};

class JwksSource {
 public:
  JwksSource(JwksOptions options, Fetch fetch);

  // Begins to fetch. Once, when the process is confined as it is to be.
  void start();

  // The keys of the last fetch that went well. Unavailable, with the reason, when there was none or
  // it is too long ago.
  [[nodiscard]] Result<std::shared_ptr<const Jwks>> current() const;

  // Has the keys fetched as soon as the pace allows: a token names one that is not there.
  void want_refresh();

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop);
  void refresh(const std::stop_token& stop);
  [[nodiscard]] std::chrono::milliseconds pause() const;

  const JwksOptions options_;
  const Fetch fetch_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const Jwks> keys_;  // null: never fetched
  Clock::time_point fetched_at_;
  std::string problem_ = "the first fetch has not ended";
  int failures_ = 0;  // since the last fetch that went well
  bool wanted_ = false;
  std::jthread thread_;  // last: ends before what it uses
};

// Where a document about `issuer` may be: OpenID Connect Discovery 1.0, section 4, and RFC 8414,
// section 3, in the order in which they are tried.
std::vector<std::string> discovery_urls(std::string_view issuer);

// The `jwks_uri` of such a document. InvalidArgument when it is not about `issuer` (RFC 8414,
// section 3.3), or names none.
Result<std::string> jwks_url_in(std::string_view document, std::string_view issuer);

}  // namespace lightfast::auth
