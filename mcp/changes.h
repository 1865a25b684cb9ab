// Tells those who listen that what a server offers has changed. Safe on any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace lightfast::mcp {

// What of an offer is, or may be, another now.
enum class Changed : std::uint8_t { ToolList, PromptList, AnyResource };

class Changes {
 public:
  // Called on the thread that announces; must not block, nor add or remove.
  using Listener = std::function<void(Changed what)>;

  // A listener until it is destroyed; then it is not running and is not called again.
  class Listening {
   public:
    Listening(Changes& changes, Listener listener) : changes_(changes) {
      const std::lock_guard lock(changes_.mutex_);
      changes_.listeners_.emplace(this, std::move(listener));
    }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;
    ~Listening() {
      const std::lock_guard lock(changes_.mutex_);
      changes_.listeners_.erase(this);
    }

   private:
    Changes& changes_;
  };

  void announce(Changed what) {
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, listener] : listeners_) listener(what);
  }

 private:
  std::mutex mutex_;
  std::map<const Listening*, Listener> listeners_;
};

}  // namespace lightfast::mcp
