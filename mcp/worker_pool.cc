#include "mcp/worker_pool.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace lightfast::mcp {

// Out of the list, which a thread that retires would change, none retires any more.
WorkerPool::~WorkerPool() {
  std::vector<std::jthread> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(threads_);
  }
  for (auto& thread : ending) thread.request_stop();
}

bool WorkerPool::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    const std::size_t jobs = queue_.size() + running_;
    if (jobs >= limits_.threads + limits_.queue || !ensure_thread(jobs + 1)) return false;
    queue_.push_back(std::move(job));
  }
  changed_.notify_one();  // without the lock, which the one that wakes takes at once
  return true;
}

bool WorkerPool::wait_until_idle(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  constexpr std::chrono::milliseconds kLook{5};  // rare enough to spare the workers a signal
  for (;;) {
    const auto [running, waiting] = load();
    if (running + waiting == 0) return true;
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLook);
  }
}

WorkerPool::Load WorkerPool::load() {
  const std::lock_guard lock(mutex_);
  return {running_, queue_.size()};
}

// With the lock held: sees that there are as many threads as `jobs`, or as many as there may be.
bool WorkerPool::ensure_thread(std::size_t jobs) {
  retired_.clear();
  if (threads_.size() >= std::min(jobs, limits_.threads)) return true;
  try {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  } catch (const std::system_error&) {
    return !threads_.empty();  // the machine's limit of threads: those there are do
  }
  return true;
}

// With the lock held: takes the calling thread out of the pool when there are more than are kept.
bool WorkerPool::may_retire() {
  if (threads_.size() <= limits_.kept) return false;
  const auto self = std::ranges::find(threads_, std::this_thread::get_id(), &std::jthread::get_id);
  retired_.push_back(std::move(*self));
  threads_.erase(self);
  return true;
}

void WorkerPool::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool has_job =
        changed_.wait_for(lock, stop, limits_.idle, [this] { return !queue_.empty(); });
    if (stop.stop_requested()) return;
    if (!has_job) {
      if (may_retire()) return;
      continue;
    }
    Job job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds is let go before the lock is taken
    lock.lock();
    --running_;
  }
}

}  // namespace lightfast::mcp
