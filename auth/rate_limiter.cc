#include "auth/rate_limiter.h"

#include <algorithm>

namespace lightfast::auth {

using namespace std::chrono_literals;

// A bucket is the time at which it is full again, one `interval_` later with each use (the virtual
// scheduling algorithm of ITU-T I.371, annex A): no fractions, nothing to refill.
RateLimiter::RateLimiter(std::uint32_t per_minute, std::uint32_t burst)
    : limited_(per_minute > 0),
      interval_(limited_ ? Clock::duration(1min) / per_minute : Clock::duration(0)),
      tolerance_(interval_ * (std::clamp(burst, 1U, kMaxBurst) - 1)) {}

// Two a call, so that there is never more to do than for what has come since.
void RateLimiter::forget_full(Known& known, Clock::time_point now) {
  auto& buckets = known.buckets;
  for (int i = 0; i < 2 && !buckets.empty() && buckets.front().full_at <= now; ++i) {
    known.by_name.erase(buckets.front().name);
    buckets.pop_front();
  }
}

RateLimiter::Bucket& RateLimiter::bucket_of(Known& known, std::string_view name,
                                            Clock::time_point now) {
  auto& [buckets, by_name] = known;
  if (const auto found = by_name.find(name); found != by_name.end()) {
    buckets.splice(buckets.end(), buckets, found->second);
    return buckets.back();
  }
  if (buckets.size() >= kMaxBuckets) {
    by_name.erase(buckets.front().name);
    buckets.pop_front();
  }
  buckets.push_back({std::string(name), now});
  by_name.emplace(buckets.back().name, std::prev(buckets.end()));
  return buckets.back();
}

std::optional<std::chrono::seconds> RateLimiter::take(std::string_view name,
                                                      Clock::time_point now) {
  if (!limited_) return std::nullopt;
  return known_.with([&](Known& known) -> std::optional<std::chrono::seconds> {
    forget_full(known, now);
    auto& bucket = bucket_of(known, name, now);
    const auto full_at = std::max(bucket.full_at, now);
    const auto wait = full_at - now - tolerance_;
    if (wait > Clock::duration(0))
      return std::max(1s, std::chrono::ceil<std::chrono::seconds>(wait));
    bucket.full_at = full_at + interval_;
    return std::nullopt;
  });
}

std::size_t RateLimiter::size() {
  return known_.with([](const Known& known) { return known.buckets.size(); });
}

}  // namespace lightfast::auth
