// Ends the program when a remote stays silent: libgit2 1.5 has no time limits of its own. While a
// guard lives, a period of `limit` without a beat, in which the program did not compute either,
// makes it write the final error document to standard output and exit. Either the guard answers or
// the program does, never both: destroy it before answering.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace lightfast::repo {

class StallGuard {
 public:
  // `doing` begins the message, e.g. `connecting to 'host'`.
  StallGuard(std::chrono::milliseconds limit, std::string doing);

  // Something was received. Any thread.
  void beat();

  // The same, and from now on another thing is being waited for.
  void begin(std::string doing);

 private:
  void watch(const std::stop_token& stop);
  [[noreturn]] void give_up() const;

  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::string doing_;                                // with mutex_
  std::chrono::steady_clock::time_point last_beat_;  // with mutex_
  std::jthread thread_;                              // last: it uses all of the above
};

}  // namespace lightfast::repo
