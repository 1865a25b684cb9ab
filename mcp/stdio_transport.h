// The client that started this program: one message per line on stdin and stdout.
//
// Threads as Transport says. Nothing here waits for the client to read: what the pipe does not take
// at once is kept and goes out while the reading thread waits in read(). While more than
// kMaxUnwritten bytes are kept, no further line is read. Only where stdout is a terminal, or a pipe
// that may not be reopened, does a write wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "mcp/line_buffer.h"
#include "mcp/transport.h"

namespace lightfast::mcp {

class StdioTransport final : public Transport {
 public:
  static constexpr std::size_t kMaxUnwritten = 1024UL * 1024;

  // Takes stdin and stdout for the protocol alone: both are moved to close-on-exec descriptors
  // above 2, fd 0 becomes /dev/null and fd 1 stderr, so that nothing another part of the program
  // prints can reach the client. SIGPIPE is ignored from then on. Once in a program, before other
  // threads start. `stop_fd` as for create().
  static Result<std::unique_ptr<StdioTransport>> take_over(int stop_fd = -1);

  // The same protocol over two other descriptors. Reading ends as soon as `stop_fd` (an eventfd, a
  // signalfd, the end of a pipe; -1: none) is readable; it is not read from, and outlives the
  // transport.
  static Result<std::unique_ptr<StdioTransport>> create(UniqueFd in, UniqueFd out, int stop_fd);

  Received read() override;
  Result<void> write(std::string line) override;
  // Waits while the client keeps reading what was written, but not once it rests for a second or a
  // stop is requested.
  void close() override;

 private:
  StdioTransport(UniqueFd in, UniqueFd out, int stop_fd, UniqueFd wake);

  enum class Backlog { None, Some, TooMuch };
  Backlog backlog();
  std::optional<Received> try_read();
  std::optional<End> wait(Backlog unwritten);
  std::optional<End> read_bytes();
  bool flush();
  bool flush_with_lock_held();
  // The number of bytes written, 0 when none can be now; nothing when the client is gone.
  [[nodiscard]] std::optional<std::size_t> write_some(std::string_view bytes) const;

  const UniqueFd in_, out_;
  const int stop_fd_;
  const UniqueFd wake_;  // an eventfd: a writer left something for the reading thread
  const bool is_socket_;
  LineBuffer lines_;        // of the reading thread
  std::optional<End> end_;  // of the reading thread

  std::mutex mutex_;  // for the rest, and for the order of lines
  std::string unwritten_;
  bool is_broken_ = false;
};

}  // namespace lightfast::mcp
