// MCP over Streamable HTTP at one path, both eras: every modern POST stands for itself; a legacy
// client has a session, made by its handshake and named by a header, and may keep a stream open for
// what is not an answer. All on the HTTP server's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "mcp/http_reply.h"
#include "mcp/server.h"
#include "mcp/session.h"

namespace lightfast::mcp {

struct HttpEndpointLimits {
  std::size_t sessions = 10'000;      // legacy; then the one that was used least lately ends
  std::chrono::seconds unused{3600};  // a session without a stream ends after this
  std::chrono::seconds silence{20};   // a stream says at least that it goes on
};

class HttpEndpoint {
 public:
  HttpEndpoint(Server& server, HttpEndpointLimits limits = {}) : server_(server), limits_(limits) {}
  HttpEndpoint(const HttpEndpoint&) = delete;
  HttpEndpoint& operator=(const HttpEndpoint&) = delete;
  // Ends what goes on.
  ~HttpEndpoint();

  // Handles a request at the endpoint's path. `owner` is who asks, as the server knows it: a
  // session is its owner's alone.
  void handle(const std::shared_ptr<http::Exchange>& exchange, const std::string& owner);

  // Ends what has gone on unused, shows that streams go on. To be called every few seconds.
  void keep_house();

  // Ends streams, which would not end by themselves; then answers what is unanswered.
  void drain();
  void cut(std::string_view why);

  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  // Whether no answer is on its way any more: what one holds refers to this.
  [[nodiscard]] bool is_idle() const { return visits_.empty(); }

 private:
  using Clock = std::chrono::steady_clock;
  class Feed;  // a session's stream for what is no answer
  struct Known {
    std::string owner;
    std::shared_ptr<Session> session;
    std::shared_ptr<Feed> feed;
    Clock::time_point used;
  };
  using Sessions = std::map<std::string, Known, std::less<>>;
  struct Visit;  // what goes on for one POST
  struct Posted;

  void post(const Posted& posted);
  void post_modern(const Posted& posted);
  void post_legacy(const Posted& posted);
  void begin_session(const Posted& posted);
  void get(const std::shared_ptr<http::Exchange>& exchange, const std::string& owner);
  void remove(const std::shared_ptr<http::Exchange>& exchange, const std::string& owner);

  // The session that the request names, or null and the answer is given.
  Known* session_of(const std::shared_ptr<http::Exchange>& exchange, const std::string& owner);
  std::shared_ptr<HttpReply> visit(const Posted& posted, std::shared_ptr<Session> session,
                                   HttpReply::Options options);
  bool make_room();
  void end_session(Sessions::iterator session, std::string_view why);

  Server& server_;
  const HttpEndpointLimits limits_;
  Sessions sessions_;
  std::list<Visit*> visits_;
};

}  // namespace lightfast::mcp
