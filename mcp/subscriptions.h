// What one client wants to hear of when what is offered changes, and the notifications that tell
// it: by subscriptions of the session in the legacy revisions, by open `subscriptions/listen`
// requests in the modern one. Safe on any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/changes.h"
#include "mcp/message.h"
#include "mcp/reply.h"
#include "mcp/resources.h"

namespace lightfast::mcp {

inline constexpr std::size_t kMaxSubscriptions =
    1000;  // URIs of one session, and of all its listen requests

class Subscriptions {
 public:
  // Tells of changes of `lists`. `resources` may be null, unless they are among them.
  Subscriptions(Resources* resources, const std::set<Changed>& lists)
      : resources_(resources), lists_(lists) {}

  // From now on a client of a handshake hears of changed lists.
  void begin_session();
  // False when there are too many.
  [[nodiscard]] bool subscribe(const std::string& uri);
  void unsubscribe(const std::string& uri);

  // Tells `reply` for request `id` what of `wanted`, its `notifications`, there is to tell.
  // `acknowledge` is given that subset, before anything is told.
  void listen(const MessageId& id, const Json& wanted, const Reply& reply,
              const std::function<void(const Json& honoured)>& acknowledge);
  // Nothing is told for request `id` once this returns.
  void end(const MessageId& id);
  void end_all();

  // Tells what is to be told now that `what` may have changed: a session's by `send`.
  void tell(Changed what, const std::function<void(std::string line)>& send);

 private:
  using Versions = std::map<std::string, std::string>;  // of each URI, when it was last told
  struct Listen {
    std::set<Changed> lists;
    Versions uris;
    Reply reply;
  };

  // The subset of `wanted` that there is and has room.
  [[nodiscard]] Listen honoured(const Json& wanted) const;

  // The URIs of `known` whose version is another by now, which is noted.
  std::vector<std::string> take_changed(Versions& known);

  Resources* const resources_;
  const std::set<Changed> lists_;
  std::mutex mutex_;
  bool in_session_ = false;
  Versions subscribed_;
  std::map<MessageId, Listen> listens_;
};

}  // namespace lightfast::mcp
