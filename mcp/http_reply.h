// The answer to one POST of Streamable HTTP: JSON when the answer is all there is, a stream of
// events when something is said before it.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "http/exchange.h"
#include "mcp/reply.h"
#include "mcp/revision.h"

namespace lightfast::mcp {

// The head of a stream of events, kept from being held back by what lies between.
http::Response event_stream_head();

// A whole answer of one JSON-RPC message.
http::Response json_response(int status, std::string text);

// The status that goes with an answer that is the error `code`.
int status_of(ErrorCode code, Era era);

class HttpReply final : public ReplyStream {
 public:
  struct Options {
    Era era = Era::Legacy;
    bool takes_events = true;      // else what is said before the answer is left out
    std::string new_session = {};  // Mcp-Session-Id of a good answer; empty: none
  };
  HttpReply(std::shared_ptr<http::Exchange> exchange, Options options)
      : exchange_(std::move(exchange)), options_(std::move(options)) {}

  void notify(std::string line) override;
  void answer(std::optional<Response> response) override;

  // Shows what lies between that a stream that has begun goes on.
  void keep_alive();

 private:
  const std::shared_ptr<http::Exchange> exchange_;
  const Options options_;
  std::mutex mutex_;
  bool is_stream_ = false;
  bool is_over_ = false;
};

}  // namespace lightfast::mcp
