// What happened, once: a line of the log that everything else in the store is made from. Values and
// pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/iso_time.h"
#include "base/json.h"
#include "base/result.h"

namespace lightfast::store {

inline constexpr std::size_t kMaxId = 512;           // bytes, of events and entities
inline constexpr std::size_t kMaxTitle = 1'000;      // characters; what is longer is cut and marked
inline constexpr std::size_t kMaxBody = 64UL << 10;  // bytes; likewise
inline constexpr std::size_t kMaxAttributes = 64UL << 10;  // bytes, as JSON
inline constexpr std::size_t kMaxRelations = 256;
inline constexpr std::size_t kMaxUrl = 2'048;                  // bytes
inline constexpr std::size_t kMaxProperties = kMaxAttributes;  // bytes, of an entity, as JSON

// From the subject of an event to another entity.
struct Relation {
  std::string entity;  // `person:mia`
  std::string type;    // `authored_by`
  bool removed = false;

  bool operator==(const Relation&) const = default;
};

struct Event {
  std::string id;
  std::string source;  // [a-z0-9_.-]{1,64}: `github`
  std::string type;    // `pull_request.opened`
  Moment occurred_at = {};
  std::optional<std::string> actor = {};
  std::string subject;  // an entity's id, `TYPE:REST`: `pr:acme/web#142`
  std::string title = {}, body = {};
  std::optional<std::string> url = {}, causal_parent = {};
  std::vector<Relation> relations = {};
  Json attributes = Json::object();  // of the subject from then on; keys sorted

  bool operator==(const Event&) const = default;
};

// The part before the colon of an entity's id.
std::string_view entity_type(std::string_view id);

// Whether a text can stand as a URL: of at most kMaxUrl, without control characters.
bool is_url(std::string_view text);

// What `object` says. InvalidArgument names the field that is missing, unknown or not as it should
// be; a title and a body that are too long are cut instead, with a mark.
Result<Event> event_from_json(const Json& object);

// The same of one line of text.
Result<Event> parse_event(std::string_view line);

// As event_from_json() reads it.
Json to_json(const Event& event);

// An object as it is kept; an empty one where a file holds anything else, or deeper than events
// are.
Json object_in(std::string_view text);

// Relations as they are kept; what a file holds that is none is passed over:
// `[["authored_by","person:mia"],["labeled","label:wip","removed"]]`.
std::string relations_text(const std::vector<Relation>& relations);
std::vector<Relation> relations_in(std::string_view text);

// Values of JSON with the members of all objects in order: equal values become equal texts.
Json with_sorted_keys(const Json& value);

}  // namespace lightfast::store
