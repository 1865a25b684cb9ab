// Leaves a service that fails in peace for a while, so that nobody waits for what does not come.
//
// Closed, every call is made. After kFailures in a row it opens, and none is made for kFirstPause;
// then one is made as a trial, by one of all processes. When that goes well it closes; otherwise it
// stays open for twice as long as before, up to kLongestPause. A pause is up to a fifth shorter, by
// chance, so that not all machines try at once.
#pragma once

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>

#include "base/iso_time.h"
#include "tools/memory/breaker_file.h"

namespace lightfast::memory {

// Any thread.
class Breaker {
 public:
  static constexpr std::uint32_t kFailures = 5;
  static constexpr std::chrono::seconds kFirstPause{15};
  static constexpr std::chrono::minutes kLongestPause{5};
  // A trial of which nothing was heard for so long does not end any more: its process was killed.
  static constexpr std::chrono::seconds kLongestTrial{15};

  // Wall clocks, which processes have in common. One that jumps makes a pause shorter, never longer
  // than it is.
  using WallClock = std::function<Moment()>;
  static Moment wall_clock();

  // `file` keeps the state (breaker_file.h).
  explicit Breaker(std::filesystem::path file, WallClock now = wall_clock);

  // Leave to make one call, which tells how it went; if it does not, it is as if never made. The
  // breaker outlives it.
  class Permit {
   public:
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    [[nodiscard]] bool is_trial() const { return trial_.has_value(); }
    // Whether this closed it.
    bool succeeded();
    // For how long it is open, if this opened it.
    std::optional<std::chrono::milliseconds> failed();

   private:
    friend class Breaker;
    explicit Permit(Breaker* breaker) : breaker_(breaker) {}

    Breaker* breaker_;                  // null once it was told
    std::optional<Moment> trial_ = {};  // until when it may take, if it is one
  };

  // A permit, or in how long it is worth asking again.
  std::expected<Permit, std::chrono::milliseconds> admit();

 private:
  const WallClock now_;
  BreakerFile file_;
};

}  // namespace lightfast::memory
