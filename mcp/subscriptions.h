// What one client wants to hear of when resources change, and the notifications that tell it: by
// subscriptions of the session in the legacy revisions, by open `subscriptions/listen` requests in
// the modern one. Safe on any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/json.h"
#include "mcp/message.h"
#include "mcp/resources.h"

namespace lightfast::mcp {

inline constexpr std::size_t kMaxSubscriptions =
    1000;  // URIs of one session, and of all its listen requests

class Subscriptions {
 public:
  // `resources` may be null: then there is nothing to hear of.
  explicit Subscriptions(Resources* resources) : resources_(resources) {}

  // From now on a client of a handshake hears of a changed list.
  void begin_session();
  // False when there are too many.
  [[nodiscard]] bool subscribe(const std::string& uri);
  void unsubscribe(const std::string& uri);

  // Tells for request `id` what of `wanted`, its `notifications`, there is to tell. `acknowledge`
  // is given that subset, before anything is told.
  void listen(const MessageId& id, const Json& wanted,
              const std::function<void(const Json& honoured)>& acknowledge);
  // Nothing is told for request `id` once this returns.
  void end(const MessageId& id);
  void end_all();

  // Sends what is to be told now that resources may have changed.
  void tell(const std::function<void(std::string line)>& send);

 private:
  using Versions = std::map<std::string, std::string>;  // of each URI, when it was last told
  struct Listen {
    bool of_list = false;
    Versions uris;
  };

  // The subset of `wanted` that there is and has room.
  [[nodiscard]] Listen honoured(const Json& wanted) const;

  // The URIs of `known` whose version is another by now, which is noted.
  std::vector<std::string> take_changed(Versions& known);

  Resources* const resources_;
  std::mutex mutex_;
  bool in_session_ = false;
  Versions subscribed_;
  std::map<MessageId, Listen> listens_;
};

}  // namespace lightfast::mcp
