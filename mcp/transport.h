// A way to a client: one message per line, in both directions.
//
// Threads: one thread reads; any thread writes, and close() is called by the reading thread once it
// reads no more.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace lightfast::mcp {

// A line without its newline, valid until the next read().
struct Line {
  std::string_view text;
};

// A line longer than kMaxLineBytes was skipped.
struct LineTooLong {};

// Why there are no more lines.
enum class End {
  ClientFinished,  // the client sends nothing more but may still read
  ClientGone,      // nobody reads any more
  StopRequested,   // this program is asked to end
};

using Received = std::variant<Line, LineTooLong, End>;

class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  // Waits for the next line, or for the end. After an End it answers an End again.
  virtual Received read() = 0;

  // Sends `line`, which holds no newline, whole and in order, without waiting for the client to
  // read it. Unavailable when the client is gone, which read() then says too.
  virtual Result<void> write(std::string line) = 0;

  // Gives what is written a moment to go out, then ends. write() is refused from then on.
  virtual void close() = 0;
};

}  // namespace lightfast::mcp
