#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/draft.h"
#include "tools/providers/mentions.h"
#include "tools/providers/providers.h"

namespace lightfast::providers {
namespace {

// `invoice:in_1` of `invoice.paid` with such a `data.id`.
std::string subject_of(std::string_view type, const Value& data) {
  auto subject = entity(type.substr(0, type.find('.')), first_text({data["id"], data["uuid"]}));
  return subject.empty() ? "provider:generic" : subject;
}

// One in the store's own form. What another sender says of the same id is another event.
std::optional<store::Event> own_event(const Json& payload) {
  auto event = store::event_from_json(payload);
  if (!event) return std::nullopt;
  constexpr std::array<std::string_view, 4> kOthers = {"github", "linear", "sentry", "vercel"};
  const auto sender = std::string_view(event->id).substr(0, event->id.find_first_of(":.-"));
  const bool is_others = std::ranges::find(kOthers, sender) != kOthers.end();
  if (is_others) event->id.insert(0, "generic:");
  return event->id.size() <= store::kMaxId ? std::optional(*std::move(event)) : std::nullopt;
}

}  // namespace

// The id of a delivery is that of what happened, as the specification says: the same when it is
// sent again.
std::vector<store::Event> generic_events(const Notice& notice) {
  const Value body(notice.payload);
  if (auto own = own_event(notice.payload)) return {*std::move(own)};
  const auto type = kind_name(first_text({body["type"], body["event_type"]}));
  const auto data = body["data"];
  Draft draft("generic", type, subject_of(type, data));
  draft.at({body["timestamp"], body["createdAt"], data["updated_at"], data["created_at"]});
  draft.about(notice.id).once();
  const auto title = first_text({data["title"], data["name"], data["subject"], data["summary"]});
  draft.title(title.empty() ? type : title);
  draft.body(first_text({data["body"], data["description"], data["message"], data["text"]}));
  draft.url(data["url"].text());
  if (data.is_object()) {
    for (const auto& [name, value] : data.json()->items()) draft.set(name, Value(value));
  }
  relate_mentions(draft, data["body"].text(), {}, Keywords::AreWords);
  Events events;
  draft.finish(events, {.delivery = notice.id, .received_at = notice.received_at});
  return events;
}

}  // namespace lightfast::providers
