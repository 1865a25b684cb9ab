// One client's conversation with a Server: which era each message belongs to, which requests run,
// what is cancelled. One thread at a time calls it. No call waits for a tool; tools answer later,
// from the server's pool.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mcp/in_flight.h"
#include "mcp/message.h"
#include "mcp/server.h"
#include "mcp/subscriptions.h"

namespace lightfast::mcp {

class Session {
 public:
  // Takes one line for the client, without its newline. Called on any thread, one call at a time
  // for one request but several at once for several; must not block. Not called after end().
  using Send = std::function<void(std::string line)>;

  Session(Server& server, Send send);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // Ends the session if end() has not.
  ~Session();

  // Handles one line from the client.
  void receive(std::string_view line);

  // Answers a line that was too long to be read, of which nothing is known.
  void refuse_line(std::string_view why);

  // Ends subscriptions, then waits until every call read so far is answered; false when `timeout`
  // passed first.
  bool finish(std::chrono::milliseconds timeout);

  // Answers what is still unanswered with an error that says `why`, and requests its stop.
  void end(std::string_view why);

  // Waits until no tool runs; false when `timeout` passed first. Tools that run on after end()
  // touch nothing but themselves and the server.
  bool wait_until_idle(std::chrono::milliseconds timeout);

 private:
  struct Method;
  static std::span<const Method> methods();

  void handle(const Message& message, const Reply& reply);
  void handle_batch(const Batch& batch);
  void handle_notification(const Notification& notification);
  // Nothing when the answer comes later.
  std::optional<Outcome> handle_request(const Request& request, const Reply& reply);

  struct Asked {
    const Request& request;
    Era era;
    const Reply& reply;
  };
  std::optional<Outcome> initialize(const Asked& asked);
  std::optional<Outcome> ping(const Asked& asked);
  std::optional<Outcome> discover(const Asked& asked);
  std::optional<Outcome> list_tools(const Asked& asked);
  std::optional<Outcome> call_tool(const Asked& asked);
  std::optional<Outcome> list_resources(const Asked& asked);
  std::optional<Outcome> list_templates(const Asked& asked);
  std::optional<Outcome> read_resource(const Asked& asked);
  std::optional<Outcome> subscribe(const Asked& asked);
  std::optional<Outcome> unsubscribe(const Asked& asked);
  std::optional<Outcome> list_prompts(const Asked& asked);
  std::optional<Outcome> get_prompt(const Asked& asked);
  std::optional<Outcome> complete(const Asked& asked);
  std::optional<Outcome> listen(const Asked& asked);

  // Runs `work(cancelled)` in the pool and answers with the Outcome that it returns; with `refusal`
  // where there is no room.
  template <class Work>
  std::optional<Outcome> answer_later(const Asked& asked, Work work, const Outcome& refusal);
  [[nodiscard]] bool is_served(const Method& method) const;

  Server& server_;
  const Send send_;
  std::string revision_;  // agreed in a handshake; empty before
  std::shared_ptr<InFlight> in_flight_ = std::make_shared<InFlight>();
  Subscriptions subscriptions_;
  std::optional<Changes::Listening> listening_;  // last: what it calls uses the above
};

}  // namespace lightfast::mcp
