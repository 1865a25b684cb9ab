#include "mcp/in_flight.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lightfast::mcp {

bool InFlight::contains(const MessageId& id) {
  const std::lock_guard lock(mutex_);
  return requests_.contains(id);
}

bool InFlight::is_empty() {
  const std::lock_guard lock(mutex_);
  return requests_.empty();
}

InFlight::Pending InFlight::add(const MessageId& id, Reply reply, Ending ending) {
  auto request = std::make_shared<PendingRequest>(id, std::move(reply), ending);
  const std::lock_guard lock(mutex_);
  if (requests_.size() >= kMaxInFlight) return nullptr;
  requests_.emplace(id, request);
  return request;
}

void InFlight::tell(const Pending& request, std::string line) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(request->id_);
  if (found != requests_.end() && found->second == request)
    request->reply_->notify(std::move(line));
}

void InFlight::answer(const Pending& request, Response response) {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(request->id_);
  // After a cancellation the id may be in use again, by another request.
  if (found == requests_.end() || found->second != request) return;
  requests_.erase(found);
  request->reply_->answer(
      std::move(response));  // under the lock, so that a cancellation comes wholly before or after
  changed_.notify_all();
}

void InFlight::cancel(const MessageId& id) {
  Pending request;
  {
    const std::lock_guard lock(mutex_);
    const auto found = requests_.find(id);
    if (found == requests_.end()) return;
    request = std::move(found->second);
    requests_.erase(found);
    request->reply_->answer(std::nullopt);
    changed_.notify_all();
  }
  request->stop_.request_stop();  // runs the handler's callbacks, which may take locks of their own
}

void InFlight::end_all(Ending ending, const Respond& respond) {
  std::vector<Pending> ended;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(requests_, [&](auto& entry) {
      if (entry.second->ending_ != ending) return false;
      ended.push_back(std::move(entry.second));
      return true;
    });
    for (const auto& request : ended) request->reply_->answer(respond(request->id_));
    changed_.notify_all();
  }
  for (const auto& request : ended) request->stop_.request_stop();
}

bool InFlight::has_awaited() const {
  return std::ranges::any_of(
      requests_, [](const auto& entry) { return entry.second->ending_ == Ending::WhenAnswered; });
}

bool InFlight::wait_until_answered(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return !has_awaited(); });
}

InFlight::JobMark::JobMark(std::shared_ptr<InFlight> owner) : owner_(std::move(owner)) {
  const std::lock_guard lock(owner_->mutex_);
  ++owner_->jobs_;
}

InFlight::JobMark::~JobMark() {
  if (!owner_) return;
  const std::lock_guard lock(owner_->mutex_);
  --owner_->jobs_;
  owner_->changed_.notify_all();
}

bool InFlight::wait_until_idle(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [this] { return jobs_ == 0; });
}

}  // namespace lightfast::mcp
