// Guarded<T>: shared data that can only be reached through its lock.
#pragma once

#include <mutex>
#include <utility>

namespace lightfast {

template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  // Runs `use(T&)` with the lock held and returns what it returns. Do not block inside.
  template <class Use>
  decltype(auto) with(Use&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<Use>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_;
};

}  // namespace lightfast
