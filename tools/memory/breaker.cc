#include "tools/memory/breaker.h"

#include <algorithm>
#include <random>
#include <utility>

namespace lightfast::memory {
namespace {

using std::chrono::milliseconds;

// How long the opening with number `openings` lasts at most.
milliseconds pause_of(std::uint32_t openings) {
  constexpr std::uint32_t kDoublings = 5;  // more than it takes to the longest
  const auto doubled =
      milliseconds(Breaker::kFirstPause) * (1 << std::min(openings - 1, kDoublings));
  return std::min<milliseconds>(doubled, Breaker::kLongestPause);
}

milliseconds shortened(milliseconds pause) {
  std::random_device random;
  return milliseconds(std::uniform_int_distribution<milliseconds::rep>(pause.count() * 4 / 5,
                                                                       pause.count())(random));
}

// What is left until `end`; none when that is further away than it was ever set: the clock jumped.
milliseconds left_until(Moment end, Moment now, milliseconds longest) {
  const auto left = end - now;
  return left > longest ? milliseconds(0) : std::max(left, milliseconds(0));
}

milliseconds open_again(BreakerState& state, Moment now) {
  const auto openings = std::min(state.openings, 1'000'000U) + 1;
  const auto pause = shortened(pause_of(openings));
  state = {.openings = openings, .retry_at = now + pause};
  return pause;
}

}  // namespace

Moment Breaker::wall_clock() {
  return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

Breaker::Breaker(std::filesystem::path file, WallClock now)
    : now_(std::move(now)), file_(std::move(file)) {}

std::expected<Breaker::Permit, milliseconds> Breaker::admit() {
  milliseconds left{};
  std::optional<Moment> trial;
  file_.update([&](BreakerState& state) {
    if (state.openings == 0) return;
    const auto now = now_();
    left = std::max(left_until(state.retry_at, now, pause_of(state.openings)),
                    left_until(state.trial_until, now, kLongestTrial));
    if (left > milliseconds(0)) return;
    trial = state.trial_until = now + kLongestTrial;
  });
  if (left > milliseconds(0)) return std::unexpected(left);
  Permit permit(this);
  permit.trial_ = trial;
  return permit;
}

Breaker::Permit::Permit(Permit&& other) noexcept
    : breaker_(std::exchange(other.breaker_, nullptr)), trial_(other.trial_) {}

Breaker::Permit::~Permit() {
  if (breaker_ == nullptr || !trial_) return;
  breaker_->file_.update([this](BreakerState& state) {
    if (state.trial_until == *trial_) state.trial_until = {};
  });
}

bool Breaker::Permit::succeeded() {
  bool was_open = false;
  std::exchange(breaker_, nullptr)->file_.update([&](BreakerState& state) {
    was_open = state.openings > 0;
    state = {};
  });
  return was_open;
}

std::optional<milliseconds> Breaker::Permit::failed() {
  auto* const breaker = std::exchange(breaker_, nullptr);
  std::optional<milliseconds> pause;
  breaker->file_.update([&](BreakerState& state) {
    // Of calls that were made before it opened, and of a trial that was given up, nothing is new.
    const bool is_news = state.openings == 0 || (trial_ && state.trial_until == *trial_);
    if (!is_news) return;
    ++state.failures;
    if (state.openings > 0 || state.failures >= kFailures)
      pause = open_again(state, breaker->now_());
  });
  return pause;
}

}  // namespace lightfast::memory
