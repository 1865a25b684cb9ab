// One client's conversation with a Server: which era each message belongs to, which requests run,
// what is cancelled. One thread at a time calls it. No call waits for a tool; tools answer later,
// from the server's pool.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "mcp/in_flight.h"
#include "mcp/message.h"
#include "mcp/questions.h"
#include "mcp/reply.h"
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

  // Handles one line from the client; answers go where everything goes.
  void receive(std::string_view line);

  // Handles what was parsed of a client's; answers to it, and what is said about it before, go to
  // `reply`, which is answered once, unless `incoming` holds nothing that is answered.
  void receive(const Incoming& incoming, const Reply& reply);

  // Answers a line that was too long to be read, of which nothing is known.
  void refuse_line(std::string_view why);

  // Whether a legacy client has shaken hands.
  [[nodiscard]] bool has_begun() const { return !revision_.empty(); }
  // Whether nothing is unanswered.
  [[nodiscard]] bool is_idle();

  // Answers listen requests, which would go on.
  void end_listening();

  // The same, then waits until every call read so far is answered; false when `timeout`
  // passed first.
  bool finish(std::chrono::milliseconds timeout);

  // Answers what is still unanswered with an error that says `why`, and requests its stop.
  void end(std::string_view why);

  // Waits until no tool runs; false when `timeout` passed first. Tools that run on after end()
  // touch nothing but themselves and the server.
  bool wait_until_idle(std::chrono::milliseconds timeout);

 private:
  struct Method;
  class Client;
  static std::span<const Method> methods();

  void handle(const Message& message, const Reply& reply);
  void handle_batch(const Batch& batch, const Reply& reply);
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
  std::optional<Outcome> set_level(const Asked& asked);
  std::optional<Outcome> listen(const Asked& asked);

  // Runs `work(client)` in the pool and answers with the Outcome that it returns; with `refusal()`
  // where there is no room.
  template <class Work, class Refusal>
  std::optional<Outcome> answer_later(const Asked& asked, Work work, const Refusal& refusal);
  // On a thread of the pool. `client` is the caller of `call`.
  static Outcome run_tool(Server& server, const Tool& tool, const ToolCall& call, Client& client);
  [[nodiscard]] bool is_served(const Method& method) const;
  void hear_of_changes();

  // What outlives the session with the jobs that use it.
  struct Shared {
    InFlight in_flight;
    Questions questions;
    std::atomic<LogLevel> level{LogLevel::Info};  // of a legacy session
  };

  Server& server_;
  const Send send_;
  const Reply everything_;  // where what has no way of its own goes
  std::string revision_;    // agreed in a handshake; empty before
  Json client_capabilities_;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  Subscriptions subscriptions_;
  std::optional<Changes::Listening> listening_;  // last: what it calls uses the above
};

}  // namespace lightfast::mcp
