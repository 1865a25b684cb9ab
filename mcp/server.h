// What one program serves: its identity, its tools and the threads that run them. Knows no client
// and no transport. Immutable once made, but for the pool; may be shared by any number of sessions
// on any threads, which it outlives.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/message.h"
#include "mcp/revision.h"
#include "mcp/tools.h"
#include "mcp/worker_pool.h"

namespace lightfast::mcp {

struct ServerOptions {
  std::string name = "lightfast";
  std::string title = "Lightfast";
  std::string version = LIGHTFAST_VERSION;
  // What a model is told about the server. Called for each handshake and discovery, on the
  // session's thread: cheap.
  std::function<std::string()> instructions = {};
  WorkerLimits workers = {};
};

class Server {
 public:
  Server(ServerOptions options, Tools tools);

  // Results as JSON text.
  [[nodiscard]] std::string initialize_result(std::string_view revision) const;
  [[nodiscard]] std::string discover_result() const;
  [[nodiscard]] const std::string& tool_list(Era era) const;
  [[nodiscard]] std::string call_result(ToolResult result, Era era) const;

  // What every modern result carries in its `_meta`, added to `meta` (null or an object).
  [[nodiscard]] Json modern_meta(Json meta = nullptr) const;

  // The tool called `name`, or an error that says which there are.
  [[nodiscard]] std::expected<const Tool*, ProtocolError> find_tool(std::string_view name) const;

  [[nodiscard]] WorkerPool& pool() { return pool_; }

 private:
  [[nodiscard]] std::string instructions() const;

  const Json server_info_;
  const std::function<std::string()> instructions_;
  const Tools tools_;
  std::vector<std::string> names_;  // parallel to tools_
  std::string legacy_tool_list_, modern_tool_list_;
  WorkerPool pool_;  // last: its threads end before what they use
};

}  // namespace lightfast::mcp
