// Where the answer to one request goes, and what is said about the request before.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "mcp/message.h"

namespace lightfast::mcp {

// A response as one line, and the code if it is an error.
struct Response {
  std::string text;
  std::optional<ErrorCode> error = {};
};

class ReplyStream {
 public:
  ReplyStream() = default;
  ReplyStream(const ReplyStream&) = delete;
  ReplyStream& operator=(const ReplyStream&) = delete;
  virtual ~ReplyStream() = default;

  // Neither call may block. They come one at a time for one request, at once for several.

  // A notification or a request of the server's own, any number of them before the answer.
  virtual void notify(std::string line) = 0;

  // The answer, once; nothing when there will be none.
  virtual void answer(std::optional<Response> response) = 0;
};

using Reply = std::shared_ptr<ReplyStream>;

// The answer to request `id`.
Response response_to(const MessageId& id, const Outcome& outcome);

}  // namespace lightfast::mcp
