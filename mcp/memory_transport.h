// A Transport without a kernel: what a client would send is put in, what it would get is taken out.
// Safe on any thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include "mcp/transport.h"

namespace lightfast::mcp {

class MemoryTransport final : public Transport {
 public:
  // The client's side. send() adds a line for read(); finish() ends them after the last one.
  void send(std::string line);
  void finish(End end = End::ClientFinished);
  // The next line written, waiting for it; nothing when the transport is closed and all are taken.
  std::optional<std::string> take();

  Received read() override;
  Result<void> write(std::string line) override;
  void close() override;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> to_server_, to_client_;
  std::string current_;  // the line read() has handed out
  std::optional<End> end_;
  bool is_closed_ = false;
};

}  // namespace lightfast::mcp
