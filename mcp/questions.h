// What the server asks a client of a legacy session and waits for: elicitation, sampling, roots.
// (The modern revision has the client call again with the answers instead.) Safe on any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "base/json.h"
#include "mcp/message.h"

namespace lightfast::mcp {

class Questions {
 public:
  using Answer = std::expected<Json, ProtocolError>;

  // Sends a request of ours through `send` and waits for the client's answer, until `stop` is
  // requested or the session ends. An error is the client's, or says that there was no answer.
  Answer ask(const std::string& method, Json params, const std::stop_token& stop,
             const std::function<void(std::string line)>& send);

  // The client's answer to one of ours; one to anything else is ignored.
  void take(const Answered& answered);

  // Ends all waiting, now and later.
  void end();

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t last_ = 0;
  bool is_over_ = false;
  std::map<MessageId, std::optional<Answer>> open_;
};

}  // namespace lightfast::mcp
