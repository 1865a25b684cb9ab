#include "mcp/subscriptions.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/revision.h"

namespace lightfast::mcp {
namespace {

struct List {
  Changed what;
  const char* filter;  // in a listen request
  const char* changed;
};
constexpr std::array kLists = {
    List{Changed::ToolList, "toolsListChanged", "notifications/tools/list_changed"},
    List{Changed::PromptList, "promptsListChanged", "notifications/prompts/list_changed"},
    List{Changed::AnyResource, "resourcesListChanged", "notifications/resources/list_changed"},
};

const char* list_changed(Changed what) {
  return std::ranges::find(kLists, what, &List::what)->changed;
}

bool is_true(const Json& object, const char* key) {
  const auto value = object.find(key);
  return value != object.end() && value->is_boolean() && value->get<bool>();
}

constexpr const char* kUpdated = "notifications/resources/updated";

std::string notification(const char* method, Json params, const MessageId* listen = nullptr) {
  if (listen != nullptr) params["_meta"] = {{kSubscriptionIdKey, Json::parse(listen->json)}};
  Json message = {{"jsonrpc", "2.0"}, {"method", method}};
  if (!params.empty()) message["params"] = std::move(params);
  return to_text(message);
}

}  // namespace

void Subscriptions::begin_session() {
  const std::lock_guard lock(mutex_);
  in_session_ = true;
}

bool Subscriptions::subscribe(const std::string& uri) {
  const std::lock_guard lock(mutex_);
  if (subscribed_.size() >= kMaxSubscriptions && !subscribed_.contains(uri)) return false;
  subscribed_.insert_or_assign(uri, resources_->version(uri));
  return true;
}

void Subscriptions::unsubscribe(const std::string& uri) {
  const std::lock_guard lock(mutex_);
  subscribed_.erase(uri);
}

Subscriptions::Listen Subscriptions::honoured(const Json& wanted) const {
  Listen listen;
  for (const auto& list : kLists) {
    if (lists_.contains(list.what) && is_true(wanted, list.filter)) listen.lists.insert(list.what);
  }
  const auto uris = wanted.find("resourceSubscriptions");
  if (resources_ == nullptr || uris == wanted.end() || !uris->is_array()) return listen;
  std::size_t room = kMaxSubscriptions;
  for (const auto& [id, other] : listens_) room -= other.uris.size();
  for (const auto& uri : *uris) {
    if (uri.is_string() && listen.uris.size() < room)
      listen.uris.emplace(uri, resources_->version(uri));
  }
  return listen;
}

void Subscriptions::listen(const MessageId& id, const Json& wanted, const Reply& reply,
                           const std::function<void(const Json& honoured)>& acknowledge) {
  const std::lock_guard lock(mutex_);
  auto listen = honoured(wanted);
  listen.reply = reply;
  Json told = Json::object();
  for (const auto& list : kLists) {
    if (listen.lists.contains(list.what)) told[list.filter] = true;
  }
  for (const auto& [uri, version] : listen.uris) told["resourceSubscriptions"].push_back(uri);
  acknowledge(told);
  listens_.insert_or_assign(id, std::move(listen));
}

void Subscriptions::end(const MessageId& id) {
  const std::lock_guard lock(mutex_);
  listens_.erase(id);
}

void Subscriptions::end_all() {
  const std::lock_guard lock(mutex_);
  listens_.clear();
  subscribed_.clear();
  in_session_ = false;
}

std::vector<std::string> Subscriptions::take_changed(Versions& known) {
  std::vector<std::string> changed;
  for (auto& [uri, version] : known) {
    auto now = resources_->version(uri);
    if (now != std::exchange(version, now)) changed.push_back(uri);
  }
  return changed;
}

void Subscriptions::tell(Changed what, const std::function<void(std::string line)>& send) {
  if (!lists_.contains(what)) return;
  const bool has_content = what == Changed::AnyResource;
  const std::lock_guard lock(mutex_);
  if (in_session_) send(notification(list_changed(what), Json::object()));
  if (has_content) {
    for (const auto& uri : take_changed(subscribed_)) send(notification(kUpdated, {{"uri", uri}}));
  }
  for (auto& [id, listen] : listens_) {
    if (listen.lists.contains(what))
      listen.reply->notify(notification(list_changed(what), Json::object(), &id));
    if (!has_content) continue;
    for (const auto& uri : take_changed(listen.uris))
      listen.reply->notify(notification(kUpdated, {{"uri", uri}}, &id));
  }
}

}  // namespace lightfast::mcp
