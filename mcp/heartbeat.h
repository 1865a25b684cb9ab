// Says once a second that what takes long is still going on. Safe on any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace lightfast::mcp {

class Heartbeat {
 public:
  // Is given how long it has been going on; called on the heartbeat's own thread, must not block.
  using Beat = std::function<void(std::chrono::seconds going)>;

  // Beats until it is destroyed; then it is not beating and does not again.
  class Watch {
   public:
    Watch(Heartbeat& heartbeat, Beat beat);
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    ~Watch();

   private:
    Heartbeat& heartbeat_;
  };

 private:
  struct Going {
    std::chrono::steady_clock::time_point since;
    Beat beat;
  };
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<const Watch*, Going> going_;
  bool is_asleep_ = false;  // until there is something; it is not woken for each
  std::jthread thread_;     // started with the first watch; last, as it uses the others
};

}  // namespace lightfast::mcp
