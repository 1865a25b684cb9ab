#include "tools/store/event.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::store {
namespace {

constexpr std::size_t kMaxNesting = 32;
constexpr std::size_t kMaxName = 64;
constexpr std::string_view kCutMark = "\xE2\x80\xA6";  // an ellipsis

constexpr std::array<std::string_view, 12> kFields = {
    "id",    "source", "type", "occurredAt",   "actor",     "subject",
    "title", "body",   "url",  "causalParent", "relations", "attributes"};
constexpr std::array<std::string_view, 3> kRelationFields = {"entity", "type", "removed"};

Error wrong(std::string_view field, std::string_view what) {
  return {ErrorKind::InvalidArgument, fmt::format("{}: {}", field, what), std::string(field)};
}

Result<void> check_fields(const Json& object, std::span<const std::string_view> known,
                          std::string_view where) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const auto nearest = nearest_word(key, known);
    const auto hint =
        nearest.empty() ? std::string() : fmt::format("; did you mean '{}'?", nearest);
    return wrong(where.empty() ? visible_line(key) : where,
                 fmt::format("unknown field '{}'{}", visible_line(key), hint));
  }
  return {};
}

// Letters of a fixed list, for what names kinds of things.
bool is_name(std::string_view text) {
  const auto is_fine = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxName && std::ranges::all_of(text, is_fine);
}

// What can stand in a line, and be found again by being typed.
bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= kMaxId && !has_control(text);
}

bool is_entity(std::string_view text) {
  const auto type = entity_type(text);
  return is_id(text) && is_name(type) && text.size() > type.size() + 1;
}

Result<std::string> text_of(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || found->is_null()) return std::string();
  if (found->is_string()) return found->get<std::string>();
  return wrong(field, "must be a string");
}

Result<std::string> checked(const Json& object, const char* field,
                            bool (*is_fine)(std::string_view), std::string_view wanted) {
  auto text = TRY(text_of(object, field));
  if (is_fine(text)) return text;
  return wrong(field, text.empty() ? "is missing" : wanted);
}

Result<std::optional<std::string>> optional_of(const Json& object, const char* field,
                                               bool (*is_fine)(std::string_view),
                                               std::size_t most) {
  auto text = TRY(text_of(object, field));
  if (text.empty()) return std::optional<std::string>();
  if (is_fine(text)) return std::optional(std::move(text));
  return wrong(field, fmt::format("must be of 1 to {} bytes without control characters", most));
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// To so many characters, of which the last is then the mark.
std::string cut_title(std::string title) {
  std::size_t characters = 0;
  std::size_t last_kept = 0;  // where the character begins that the mark may have to stand for
  for (std::size_t i = 0; i < title.size(); ++i) {
    if (continues_character(title[i])) continue;
    if (++characters == kMaxTitle) last_kept = i;
    if (characters > kMaxTitle) return title.substr(0, last_kept).append(kCutMark);
  }
  return title;
}

std::string cut_body(std::string body) {
  if (body.size() <= kMaxBody) return body;
  const auto mark = fmt::format("\n[cut: {} bytes in all]", body.size());
  body.resize(utf8_prefix(body, kMaxBody - mark.size()));
  return body + mark;
}

Result<Relation> relation_of(const Json& object, const std::string& place) {
  if (!object.is_object()) return wrong(place, "must be an object");
  TRY(check_fields(object, kRelationFields, place));
  Relation relation;
  relation.entity = TRY(text_of(object, "entity").during(place));
  relation.type = TRY(text_of(object, "type").during(place));
  if (!is_entity(relation.entity))
    return wrong(place + ".entity", "must be an entity's id such as 'person:mia'");
  if (!is_name(relation.type)) return wrong(place + ".type", "must be 1 to 64 of a-z 0-9 _ . -");
  const auto removed = object.find("removed");
  if (removed == object.end()) return relation;
  if (!removed->is_boolean()) return wrong(place + ".removed", "must be true or false");
  relation.removed = removed->get<bool>();
  return relation;
}

Result<std::vector<Relation>> relations_of(const Json& object) {
  const auto found = object.find("relations");
  if (found == object.end() || found->is_null()) return std::vector<Relation>();
  if (!found->is_array() || found->size() > kMaxRelations)
    return wrong("relations", fmt::format("must be a list of at most {}", kMaxRelations));
  std::vector<Relation> relations;
  relations.reserve(found->size());
  for (const auto& each : *found)
    relations.push_back(TRY(relation_of(each, fmt::format("relations[{}]", relations.size()))));
  return relations;
}

Result<Json> attributes_of(const Json& object) {
  const auto found = object.find("attributes");
  if (found == object.end() || found->is_null()) return Json::object();
  if (!found->is_object()) return wrong("attributes", "must be an object");
  const auto text = found->dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMaxAttributes)
    return wrong("attributes", fmt::format("must be of at most {}", size_text(kMaxAttributes)));
  // As parse_event() has it for the whole, of which this is a part.
  if (const auto why = why_not_parsed(text, kMaxNesting - 1); !why.empty())
    return wrong("attributes", why);
  return with_sorted_keys(*found);
}

Result<Moment> moment_of(const Json& object) {
  const auto text = TRY(text_of(object, "occurredAt"));
  if (text.empty()) return wrong("occurredAt", "is missing");
  if (const auto moment = parse_moment(text)) return *moment;
  return wrong("occurredAt", "must be a time of ISO 8601 such as 2026-03-01T12:00:00Z");
}

}  // namespace

std::string_view entity_type(std::string_view id) {
  const auto colon = id.find(':');
  return colon == std::string_view::npos ? std::string_view() : id.substr(0, colon);
}

bool is_url(std::string_view text) {
  return !text.empty() && text.size() <= kMaxUrl && !has_control(text);
}

Json with_sorted_keys(const Json& value) {
  if (value.is_array()) {
    Json list = Json::array();
    for (const auto& each : value) list.push_back(with_sorted_keys(each));
    return list;
  }
  if (!value.is_object()) return value;
  std::map<std::string, const Json*> members;
  for (const auto& [key, member] : value.items()) members.emplace(key, &member);
  Json object = Json::object();
  for (const auto& [key, member] : members) object[key] = with_sorted_keys(*member);
  return object;
}

Result<Event> event_from_json(const Json& object) {
  if (!object.is_object()) return wrong("event", "must be a JSON object");
  TRY(check_fields(object, kFields, {}));
  Event event;
  event.id = TRY(checked(object, "id", is_id, "must be of at most 512 bytes on one line"));
  event.source = TRY(checked(object, "source", is_name, "must be 1 to 64 of a-z 0-9 _ . -"));
  event.type = TRY(checked(object, "type", is_name, "must be 1 to 64 of a-z 0-9 _ . -"));
  event.occurred_at = TRY(moment_of(object));
  event.actor = TRY(optional_of(object, "actor", is_id, kMaxId));
  event.subject = TRY(
      checked(object, "subject", is_entity, "must be an entity's id such as 'pr:acme/web#142'"));
  event.title = cut_title(TRY(text_of(object, "title")));
  event.body = cut_body(TRY(text_of(object, "body")));
  event.url = TRY(optional_of(object, "url", is_url, kMaxUrl));
  event.causal_parent = TRY(optional_of(object, "causalParent", is_id, kMaxId));
  event.relations = TRY(relations_of(object));
  event.attributes = TRY(attributes_of(object));
  return event;
}

Result<Event> parse_event(std::string_view line) {
  if (const auto why = why_not_parsed(line, kMaxNesting); !why.empty()) return wrong("event", why);
  const auto object = Json::parse(line, nullptr, false);
  if (object.is_discarded()) return wrong("event", "is not JSON in valid UTF-8");
  return event_from_json(object);
}

std::string relations_text(const std::vector<Relation>& relations) {
  Json list = Json::array();
  for (const auto& each : relations) {
    list.push_back({each.type, each.entity});
    if (each.removed) list.back().push_back("removed");
  }
  return list.dump();
}

Json object_in(std::string_view text) {
  if (!why_not_parsed(text, kMaxNesting).empty()) return Json::object();
  auto object = Json::parse(text, nullptr, false);
  return object.is_object() ? object : Json::object();
}

std::vector<Relation> relations_in(std::string_view text) {
  std::vector<Relation> relations;
  if (!why_not_parsed(text, kMaxNesting).empty()) return relations;
  const auto list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return relations;
  for (const auto& each : list) {
    const bool is_one =
        each.is_array() && each.size() >= 2 && each[0].is_string() && each[1].is_string();
    if (!is_one) continue;
    relations.push_back({.entity = each[1].get<std::string>(),
                         .type = each[0].get<std::string>(),
                         .removed = each.size() > 2});
  }
  return relations;
}

Json to_json(const Event& event) {
  Json object = {{"id", event.id},
                 {"source", event.source},
                 {"type", event.type},
                 {"occurredAt", moment_text(event.occurred_at)}};
  if (event.actor) object["actor"] = *event.actor;
  object["subject"] = event.subject;
  object["title"] = event.title;
  object["body"] = event.body;
  if (event.url) object["url"] = *event.url;
  if (event.causal_parent) object["causalParent"] = *event.causal_parent;
  object["relations"] = Json::array();
  for (const auto& each : event.relations) {
    Json relation = {{"entity", each.entity}, {"type", each.type}};
    if (each.removed) relation["removed"] = true;
    object["relations"].push_back(std::move(relation));
  }
  object["attributes"] = event.attributes;
  return object;
}

}  // namespace lightfast::store
