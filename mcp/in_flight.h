// The requests of one client that have been read and not yet answered. Each is answered once or
// cancelled, never both: whoever takes it out of the list decides. Safe on any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "mcp/message.h"
#include "mcp/reply.h"

namespace lightfast::mcp {

inline constexpr std::size_t kMaxInFlight = 1024;

// How a pending request ends when its session does.
enum class Ending { WhenAnswered, WithSession };

class PendingRequest {
 public:
  PendingRequest(MessageId id, Reply reply, Ending ending)
      : id_(std::move(id)), reply_(std::move(reply)), ending_(ending) {}

  [[nodiscard]] const MessageId& id() const { return id_; }
  [[nodiscard]] std::stop_token cancelled() const { return stop_.get_token(); }

 private:
  friend class InFlight;
  const MessageId id_;
  const Reply reply_;
  const Ending ending_;
  std::stop_source stop_;
};

class InFlight {
 public:
  using Pending = std::shared_ptr<PendingRequest>;
  using Respond = std::function<Response(const MessageId& id)>;

  [[nodiscard]] bool contains(const MessageId& id);

  [[nodiscard]] bool is_empty();

  // Adds a request whose id is not there. Null when kMaxInFlight are there already.
  [[nodiscard]] Pending add(const MessageId& id, Reply reply, Ending ending);

  // Answers `request`, unless it has been answered or cancelled: then nothing happens.
  void answer(const Pending& request, Response response);

  // Says `line` before the answer to `request`; likewise.
  void tell(const Pending& request, std::string line);

  // Takes request `id` out unanswered and requests its stop. Nothing is sent for it once this
  // returns.
  void cancel(const MessageId& id);

  // Answers all requests of kind `ending` with what `respond` says and requests their stop.
  void end_all(Ending ending, const Respond& respond);

  // Waits until no request of kind WhenAnswered is left; false when `timeout` passed first.
  [[nodiscard]] bool wait_until_answered(std::chrono::milliseconds timeout);

  // Held by a job from its making to its end, also when it outlives its request.
  class JobMark {
   public:
    // `owner` as a part of what is to be kept, too.
    explicit JobMark(std::shared_ptr<InFlight> owner);
    JobMark(JobMark&& other) noexcept = default;
    JobMark& operator=(JobMark&&) = delete;
    ~JobMark();

   private:
    std::shared_ptr<InFlight> owner_;
  };

  // Waits until no job is left; false when `timeout` passed first.
  [[nodiscard]] bool wait_until_idle(std::chrono::milliseconds timeout);

 private:
  [[nodiscard]] bool has_awaited() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<MessageId, Pending> requests_;
  std::size_t jobs_ = 0;
};

}  // namespace lightfast::mcp
