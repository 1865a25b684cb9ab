// The Memory service over HTTP: one call within its time, tried again once where that may help (but
// for a trial of the breaker, which is one request), and not made at all while the service fails.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/base_url.h"
#include "base/json.h"
#include "base/result.h"
#include "tools/memory/breaker.h"
#include "tools/memory/trouble.h"
#include "tools/web/client_pool.h"
#include "tools/web/patience.h"

namespace lightfast::memory {

struct ServiceOptions {
  BaseUrl url;
  std::string api_key = {};                 // is_sendable_key(); empty: none
  std::filesystem::path ca_file = {};       // authorities besides the system's; empty: none
  std::filesystem::path breaker_file = {};  // breaker_file.h; empty: none
};

struct Call {
  std::string route;  // `/v1/search`
  // What is sent, given the time that the service may take.
  std::function<Json(std::chrono::milliseconds)> body;
  // Takes what was answered; Corrupt when that is no answer.
  std::function<Result<void>(const Json&)> take;
};

// Any thread.
class Service {
 public:
  explicit Service(ServiceOptions options);

  // Reads certificates (ClientPool::prepare()).
  Result<void> prepare() { return clients_.prepare(); }

  // Makes the call and waits, no longer than `patience`.
  std::expected<void, Trouble> ask(const Call& call, const web::Patience& patience);

  // Tells the service how many milliseconds it may take, whatever the route.
  static constexpr const char* kDeadlineHeader = "X-Lightfast-Deadline-Ms";
  // The way there and back, in which the service's own time is not counted.
  static constexpr std::chrono::milliseconds kWayTime{50};
  static constexpr std::chrono::milliseconds kConnectTime{300};
  static constexpr std::size_t kMaxAnswerBytes = std::size_t{1} << 20;
  // Before it is tried again, up to so long is let pass, by chance: not all callers come at once.
  static constexpr std::chrono::milliseconds kRetrySpread{100};

 private:
  std::expected<void, Trouble> attempt(const Call& call, const web::Patience& patience);
  std::expected<void, Trouble> twice(const Call& call, const web::Patience& patience);
  void tell(Breaker::Permit permit, const std::expected<void, Trouble>& outcome,
            std::chrono::milliseconds had);

  const ServiceOptions options_;
  web::ClientPool clients_;
  Breaker breaker_;
};

// How long to wait before a call that gave `trouble` is made again, when `left` of its time is:
// `chance`, from 0 to 1, of kRetrySpread after what the trouble asks for. Nothing: it is not worth
// it.
std::optional<std::chrono::milliseconds> pause_before_retry(const Trouble& trouble,
                                                            std::chrono::milliseconds left,
                                                            double chance);

}  // namespace lightfast::memory
