// How often each name, of a key or an address, may come: a token bucket for each. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/guarded.h"

namespace lightfast::auth {

inline constexpr std::size_t kMaxBuckets = 65'536;
inline constexpr std::uint32_t kMaxBurst = 1'000'000;

class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;

  // Each name may come `burst` times at once (1 to kMaxBurst, whatever is given), and `per_minute`
  // times a minute in the long run; per_minute 0: as often as it likes.
  RateLimiter(std::uint32_t per_minute, std::uint32_t burst);

  // Nothing when `name` may come now, which is counted. Otherwise how long it has to wait, at least
  // 1 s, which is not counted. Of more than kMaxBuckets names those that have not come for the
  // longest time start anew.
  std::optional<std::chrono::seconds> take(std::string_view name, Clock::time_point now);

  // How many names are remembered.
  [[nodiscard]] std::size_t size();

 private:
  struct Bucket {
    std::string name;
    Clock::time_point full_at;  // from then on as if it had never come
  };
  using Buckets = std::list<Bucket>;  // the one used last is at the end

  struct Known {
    Buckets buckets;
    std::unordered_map<std::string_view, Buckets::iterator> by_name;  // the names of `buckets`
  };

  static void forget_full(Known& known, Clock::time_point now);
  static Bucket& bucket_of(Known& known, std::string_view name, Clock::time_point now);

  const bool limited_;
  const Clock::duration interval_;   // in which one use comes back
  const Clock::duration tolerance_;  // how far ahead of its time a name may be
  Guarded<Known> known_;
};

}  // namespace lightfast::auth
