// One request and the way its answer goes back, as those see it who answer.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"

namespace lightfast::http {

// All calls may be made on any thread; none waits for the peer. What is answered once the peer is
// gone, or once the answer is complete, goes nowhere.
class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  [[nodiscard]] virtual const Request& request() const = 0;

  // Calls `closed` once, on the server's thread, when the peer is gone, or the server cuts it off,
  // before the answer is complete. To be called while the request is being handled. What `closed`
  // holds is let go when the answer is complete.
  virtual void on_close(std::function<void()> closed) = 0;

  // Who asks, for the access log. While the request is being handled.
  virtual void set_caller(std::string caller) = 0;

  // The whole answer.
  virtual void respond(Response response) = 0;

  // An answer in pieces: the head (its body is the first piece), then pieces as they come, then the
  // end. A peer that leaves more than the server's `unread` bytes unread is cut off.
  virtual void begin(Response head) = 0;
  virtual void send(std::string piece) = 0;
  virtual void end() = 0;
};

// What answers requests.
class Service {
 public:
  Service() = default;
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  // Handles a request that is complete, on the server's thread: must not block. The answer may come
  // later, from anywhere; an exchange let go without one is answered as a failure.
  virtual void handle(std::shared_ptr<Exchange> exchange) = 0;

  // The server is about to end and takes no further requests. On the server's thread: drain() asks
  // for streams to end, cut() for what is still unanswered to be answered now.
  virtual void drain() {}
  virtual void cut() {}
};

}  // namespace lightfast::http
