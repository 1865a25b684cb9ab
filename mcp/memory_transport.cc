#include "mcp/memory_transport.h"

#include <utility>

#include "mcp/line_buffer.h"

namespace lightfast::mcp {

void MemoryTransport::send(std::string line) {
  const std::lock_guard lock(mutex_);
  to_server_.push_back(std::move(line));
  changed_.notify_all();
}

void MemoryTransport::finish(End end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
  changed_.notify_all();
}

std::optional<std::string> MemoryTransport::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !to_client_.empty() || is_closed_; });
  if (to_client_.empty()) return std::nullopt;
  std::string line = std::move(to_client_.front());
  to_client_.pop_front();
  return line;
}

Received MemoryTransport::read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !to_server_.empty() || end_; });
  if (to_server_.empty()) return *end_;
  current_ = std::move(to_server_.front());
  to_server_.pop_front();
  if (current_.size() > kMaxLineBytes) return LineTooLong{};
  return Line{current_};
}

Result<void> MemoryTransport::write(std::string line) {
  const std::lock_guard lock(mutex_);
  if (is_closed_)
    return Error{ErrorKind::Unavailable, "writing to the client: the session is closed"};
  to_client_.push_back(std::move(line));
  changed_.notify_all();
  return {};
}

void MemoryTransport::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

}  // namespace lightfast::mcp
