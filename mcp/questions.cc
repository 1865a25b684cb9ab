#include "mcp/questions.h"

#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast::mcp {

Questions::Answer Questions::ask(const std::string& method, Json params,
                                 const std::stop_token& stop,
                                 const std::function<void(std::string line)>& send) {
  std::unique_lock lock(mutex_);
  const Json name = fmt::format("lightfast-{}", ++last_);
  const auto id = message_id(name);
  open_.emplace(id, std::nullopt);
  lock.unlock();
  send(to_text(
      {{"jsonrpc", "2.0"}, {"id", name}, {"method", method}, {"params", std::move(params)}}));
  lock.lock();
  changed_.wait(lock, stop, [&] { return is_over_ || open_[id].has_value(); });
  const auto answer = std::move(open_[id]);
  open_.erase(id);
  if (answer) return *answer;
  return std::unexpected(
      ProtocolError{ErrorCode::Internal, "the client did not answer " + method, nullptr});
}

void Questions::take(const Answered& answered) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(answered.id);
  if (found == open_.end()) return;
  found->second = answered.outcome;
  changed_.notify_all();
}

void Questions::end() {
  const std::lock_guard lock(mutex_);
  is_over_ = true;
  changed_.notify_all();
}

}  // namespace lightfast::mcp
