// What one program serves: its identity, its tools and the threads that run them. Knows no client
// and no transport. Immutable once made, but for the pool; may be shared by any number of sessions
// on any threads, which it outlives.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/changes.h"
#include "mcp/heartbeat.h"
#include "mcp/message.h"
#include "mcp/resources.h"
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

// What a server offers. A kind of which there is nothing is not advertised, and its methods are not
// there.
struct Offer {
  Tools tools = {};
  std::unique_ptr<Resources> resources = {};
  Prompts prompts = {};
  bool logs = false;  // whether tools send log messages
  // Whether clients may be told that the list of tools, or of prompts, is another; of resources
  // they always may.
  bool tools_change = false, prompts_change = false;
};

class Server {
 public:
  Server(ServerOptions options, Offer offer);

  // Results as JSON text.
  [[nodiscard]] std::string initialize_result(std::string_view revision) const;
  [[nodiscard]] std::string discover_result() const;
  [[nodiscard]] const std::string& tool_list(Era era) const;
  [[nodiscard]] std::string call_result(ToolResult result, Era era) const;
  [[nodiscard]] std::string prompt_list(Era era) const;
  [[nodiscard]] std::string template_list(Era era) const;

  // `result` as a whole result: of one that a client may keep, how long; then `_meta` and type.
  enum class Kept { No, Briefly, Long };
  [[nodiscard]] std::string result_text(Json result, Era era, Kept kept) const;

  // `result`, an object that is not empty and has no `_meta`, as modern JSON text: its `_meta` is
  // `meta` (null or an object) and what every result carries there.
  [[nodiscard]] std::string modern_text(const Json& result, const Json& meta = nullptr) const;

  // The tool called `name`, or an error that says which there are.
  [[nodiscard]] std::expected<const Tool*, ProtocolError> find_tool(std::string_view name) const;

  // The input schema of the tool called `name` if some of its arguments are to be said in headers,
  // too (`x-mcp-header`); else null.
  [[nodiscard]] const Json* schema_with_headers(std::string_view name) const;

  // Likewise the prompt.
  [[nodiscard]] std::expected<Prompt*, ProtocolError> find_prompt(std::string_view name) const;

  // Null where there are none.
  [[nodiscard]] Resources* resources() const { return offer_.resources.get(); }
  [[nodiscard]] bool has_prompts() const { return !offer_.prompts.empty(); }
  [[nodiscard]] bool logs() const { return offer_.logs; }

  // Whoever makes something change announces it here; it is told where it is of changing().
  [[nodiscard]] Changes& changes() { return changes_; }
  [[nodiscard]] const std::set<Changed>& changing() const { return changing_; }

  [[nodiscard]] Heartbeat& heartbeat() { return heartbeat_; }
  [[nodiscard]] WorkerPool& pool() { return pool_; }

 private:
  [[nodiscard]] std::string instructions() const;
  [[nodiscard]] Json capabilities() const;
  // modern_text() of what is text already.
  [[nodiscard]] std::string with_server_info(std::string result, const Json& meta) const;

  const Json server_info_;
  const std::string server_info_member_;  // of `_meta`
  const std::function<std::string()> instructions_;
  const Offer offer_;
  const std::set<Changed> changing_;
  std::vector<std::string> tool_names_, prompt_names_;             // parallel to those of offer_
  std::map<std::string, Json, std::less<>> schemas_with_headers_;  // by tool
  std::string legacy_tool_list_, modern_tool_list_;
  Changes changes_;
  Heartbeat heartbeat_;
  WorkerPool pool_;  // last: its threads end before what they use
};

}  // namespace lightfast::mcp
