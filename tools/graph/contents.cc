// `contents`.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "contract/graph.h"
#include "tools/graph/graph.h"
#include "tools/graph/lookup.h"
#include "tools/graph/parts.h"
#include "tools/graph/times.h"
#include "tools/store/graph.h"

namespace lightfast::graph {
namespace {

constexpr std::size_t kEventsShown = 5;  // of an entity
constexpr std::size_t kTextsLookedAt = 100;
constexpr std::size_t kFirstTextsLookedAt = 20;
constexpr std::size_t kLongField = 300;    // bytes of a title in a list
constexpr std::size_t kLongTitle = 1'000;  // bytes of an entity's
constexpr std::size_t kLeastText =
    200;  // bytes of a text worth showing: with less room an id waits

// An item before it is known how much of its text has room.
struct Item {
  Json shown;
  std::string text;
};

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

// As many as `most` bytes of JSON hold.
Json first_relations(const store::Event& event, std::size_t most) {
  Json shown = Json::array();
  std::size_t used = 2;
  auto relations = store::to_json(event)["relations"];
  for (auto& relation : relations) {
    used += size_of(relation) + 1;
    if (used > most) break;
    shown.push_back(std::move(relation));
  }
  return shown;
}

Item item_of(const store::Event& event, std::size_t most) {
  auto [attributes, cut] = short_properties(event.attributes, most / 2, most / 2);
  Json metadata = {{"subject", event.subject}, {"attributes", std::move(attributes)}};
  if (cut > 0) metadata["attributesCut"] = cut;
  if (event.actor) metadata["actor"] = *event.actor;
  if (event.causal_parent) metadata["causalParent"] = *event.causal_parent;
  auto relations = first_relations(event, most / 2);
  const auto left_out = event.relations.size() - relations.size();
  if (left_out > 0) metadata["relationsCut"] = left_out;
  metadata["relations"] = std::move(relations);
  return {.shown = {{"id", event.id},
                    {"kind", "event"},
                    {"title", visible_line(event.title)},
                    {"content", ""},
                    {"source", event.source},
                    {"type", event.type},
                    {"url", or_null(event.url)},
                    {"occurredAt", moment_text(event.occurred_at)},
                    {"metadata", std::move(metadata)}},
          .text = visible_text(event.body)};
}

Json head_json(const store::EventHead& event) {
  return {{"id", event.id},
          {"type", event.type},
          {"title", visible_line(event.title.substr(0, utf8_prefix(event.title, kLongField)))},
          {"occurredAt", time_json(event.occurred_at)}};
}

// Whether an event is about a thing rather than of it: a comment, a review, how a run of it went.
bool is_said_about(std::string_view type) {
  const auto dot = type.find('.');
  const auto kind = type.substr(0, dot);
  const auto is_in = [kind](std::string_view word) { return kind.find(word) != kind.npos; };
  return is_in("comment") || is_in("review") || is_in("status") || type.ends_with(".answered");
}

// What an entity says at length: its own description, else the newest text of it, which may be
// among its first, else the newest about it.
Result<std::string> text_about(store::Reader& reader, const Json& properties, std::string_view id) {
  for (const char* name : {"description", "body", "content"}) {
    if (auto text = text_in(properties, name); !text.empty()) return text;
  }
  std::string own;
  std::string newest;
  const auto look = [&](std::string_view type, std::string_view body) {
    if (newest.empty()) newest = body;
    if (!body.empty() && !is_said_about(type)) own = body;
    return own.empty();
  };
  TRY(store::each_text(reader, id, store::Oldest::Last, kTextsLookedAt, look));
  if (!own.empty()) return own;
  const auto look_at_all = [&look](std::string_view type, std::string_view body) {
    look(type, body);
    return true;
  };
  TRY(store::each_text(reader, id, store::Oldest::First, kFirstTextsLookedAt, look_at_all));
  return own.empty() ? newest : own;
}

Result<Item> item_of(store::Reader& reader, const store::EntityVersion& entity, std::size_t most) {
  const auto events = TRY(store::latest_events(reader, entity.id, store::kLatest, kEventsShown));
  const auto properties = store::object_in(entity.held.content);
  auto [shown, cut] = short_properties(properties, most, most);
  Json metadata = {{"properties", std::move(shown)}};
  if (cut > 0) metadata["propertiesCut"] = cut;
  metadata["validFrom"] = time_json(entity.held.from);
  metadata["validTo"] = time_json(entity.held.to);
  metadata["events"] = Json::array();
  for (const auto& event : events) metadata["events"].push_back(head_json(event));
  auto title = title_in(properties);
  if (title.empty() && !events.empty()) title = events.front().title;
  title.resize(utf8_prefix(title, kLongTitle));
  auto url = text_in(properties, "url");
  if (!store::is_url(url)) url = events.empty() ? "" : events.front().url.value_or("");
  return Item{
      .shown = {{"id", entity.id},
                {"kind", "entity"},
                {"title", visible_line(title)},
                {"content", ""},
                {"source", nullptr},
                {"type", store::entity_type(entity.id)},
                {"url", url.empty() ? Json() : Json(visible_line(url))},
                {"occurredAt", events.empty() ? Json() : time_json(events.front().occurred_at)},
                {"metadata", std::move(metadata)}},
      .text = visible_text(TRY(text_about(reader, properties, entity.id)))};
}

// Nothing when there is no such event or entity.
Result<std::optional<Item>> find_item(store::Reader& reader, const std::string& id,
                                      std::size_t most) {
  const auto node = TRY(find_node(reader, id, "ids"));
  if (!node) return std::optional<Item>();
  std::optional<Item> item;
  if (node->kind == NodeKind::Event) {
    if (const auto event = TRY(store::event_of_id(reader, node->id))) item = item_of(*event, most);
  } else if (const auto entity = TRY(store::entity_at(reader, node->id, store::kLatest))) {
    item = TRY(item_of(reader, *entity, most));
  }
  return item;
}

// Puts so much of its text into the item as has room, from `offset` on.
void add_text(Item& item, std::size_t offset, std::size_t room) {
  const auto begin = utf8_prefix(item.text, std::min(offset, item.text.size()));
  const auto rest = std::string_view(item.text).substr(begin);
  const auto length = json_prefix(rest, room);
  item.shown["content"] = rest.substr(0, length);
  if (begin == 0 && length == item.text.size()) return;
  item.shown["cut"] = contract::cut_note(begin, begin + length, item.text.size());
}

// Shares `room` among the texts: short ones are whole, what they leave goes to the others.
void add_texts(std::vector<Item>& items, std::size_t offset, std::size_t room) {
  std::vector<Item*> by_size;
  by_size.reserve(items.size());
  for (auto& item : items) by_size.push_back(&item);
  std::ranges::sort(by_size, {}, [](const Item* item) { return item->text.size(); });
  auto left = by_size.size();
  for (auto* item : by_size) {
    add_text(*item, offset, room / left--);
    room -= std::min(room, size_of(item->shown["content"]));
  }
}

// What an item takes of the answer besides most of its text.
std::size_t least_size(const Item& item) {
  constexpr std::size_t kNote = 120;
  return size_of(item.shown) + std::min(item.text.size(), kLeastText) +
         (item.text.size() > kLeastText ? kNote : 0);
}

// What there is of so many ids within a size.
struct Found {
  std::vector<Item> items;
  Json missing = Json::array(), omitted = Json::array();
  std::size_t used = 0;  // at least
};

Result<Found> find_items(store::Reader& reader, const std::vector<std::string>& ids,
                         std::size_t most) {
  constexpr std::size_t kLeastMetadata = 300;
  Found found;
  for (const auto& id : ids) {
    auto item = TRY(find_item(reader, id, most / 4 / ids.size() + kLeastMetadata));
    if (!item) {
      found.missing.push_back(id);
    } else if (const auto size = least_size(*item);
               !found.items.empty() && found.used + size > most) {
      found.omitted.push_back(id);
    } else {
      found.used += size;
      found.items.push_back(*std::move(item));
    }
  }
  return found;
}

Result<Json> contents(store::Readers& readers, const Json& input,
                      const contract::CallContext& context) {
  const auto reader = TRY(readers.take(context.cancelled));
  const auto most = input["maxBytes"].get<std::size_t>();
  auto found = TRY(find_items(*reader, input["ids"].get<std::vector<std::string>>(), most));
  auto room = most - std::min(found.used, most);
  for (const auto& item : found.items) room += std::min(item.text.size(), kLeastText);
  add_texts(found.items, input["offset"].get<std::size_t>(), room);
  Json answer = {{"items", Json::array()}, {"missing", std::move(found.missing)}};
  for (auto& item : found.items) answer["items"].push_back(std::move(item.shown));
  if (!found.omitted.empty()) answer["omitted"] = std::move(found.omitted);
  answer["requestId"] = context.request.value;
  return answer;
}

}  // namespace

contract::Handler make_contents_handler(store::Readers& readers) {
  return [&readers](const Json& input, const contract::CallContext& context) {
    return contents(readers, input, context);
  };
}

}  // namespace lightfast::graph
