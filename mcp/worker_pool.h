// A bounded pool of threads for what may take long. Threads start with the first jobs that need
// them, so that a program which runs none starts no slower. Any thread may submit.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace lightfast::mcp {

struct WorkerLimits {
  std::size_t threads = 8;
  std::size_t queue = 256;  // jobs that may wait for a thread
  std::size_t kept = 8;  // threads that stay when there is nothing to do; others end after `idle`
  std::chrono::milliseconds idle{10'000};
};

class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;

  explicit WorkerPool(WorkerLimits limits) : limits_(limits) {}
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Drops jobs that have not begun and waits for those that have, however long they take.
  ~WorkerPool();

  // Has `job`, which does not throw, run on a thread of the pool. False when the queue is full or
  // no thread can be had; the job is then dropped.
  [[nodiscard]] bool submit(Job job);

  // Waits until nothing runs or waits; false when `timeout` passed first.
  [[nodiscard]] bool wait_until_idle(std::chrono::milliseconds timeout);

  // Jobs that run, and that wait for a thread.
  struct Load {
    std::size_t running = 0, waiting = 0;
  };
  [[nodiscard]] Load load();
  [[nodiscard]] const WorkerLimits& limits() const { return limits_; }

 private:
  [[nodiscard]] bool ensure_thread(std::size_t jobs);
  [[nodiscard]] bool may_retire();
  void work(const std::stop_token& stop);

  const WorkerLimits limits_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Job> queue_;
  std::size_t running_ = 0;
  std::vector<std::jthread> retired_;  // have ended, or are about to
  std::vector<std::jthread> threads_;  // that are there; the destructor ends them
};

}  // namespace lightfast::mcp
