// `graph.query`.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/graph.h"
#include "tools/graph/cursor.h"
#include "tools/graph/graph.h"
#include "tools/graph/parts.h"
#include "tools/graph/times.h"
#include "tools/store/graph.h"
#include "tools/store/handles.h"
#include "tools/store/twins.h"

namespace lightfast::graph {
namespace {

using store::Instant;

constexpr std::int64_t kRowsOfScan = 50'000;
constexpr std::int64_t kRowsOfEdges = 20'000;
constexpr std::size_t kMostEdgesShown = 20;  // of one type and direction, of one entity
constexpr std::size_t kBytesOfProperties = 1'000;
constexpr Instant kEarliest = -62'135'596'800'000;  // the year 1

// One property that is asked for.
class Condition {
 public:
  Condition(std::string name, const Json& wanted) : name_(std::move(name)), wanted_(wanted) {
    needle_ = Json(name_).dump(-1, ' ', false, Json::error_handler_t::replace) + ":";
    if (!wanted_.is_number())
      needle_ += wanted_.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  // Whether `properties`, JSON as the store writes it, may be such: most are not, and are not
  // parsed.
  [[nodiscard]] bool may_hold(std::string_view properties) const {
    return wanted_.is_null() || properties.find(needle_) != std::string_view::npos;
  }

  [[nodiscard]] bool holds(const Json& properties) const {
    const auto found = properties.find(name_);
    if (found == properties.end()) return wanted_.is_null();
    return *found == wanted_;
  }

 private:
  std::string name_;
  Json wanted_;
  std::string needle_;
};

std::vector<Condition> conditions_of(const Json& input) {
  std::vector<Condition> conditions;
  if (const auto where = input.find("where"); where != input.end()) {
    for (const auto& [name, wanted] : where->items()) conditions.emplace_back(name, wanted);
  }
  return conditions;
}

// Whether properties, as text and read, are all that is asked for.
bool may_all_hold(const std::vector<Condition>& conditions, std::string_view text) {
  return std::ranges::all_of(conditions, [&](const auto& each) { return each.may_hold(text); });
}

bool all_hold(const std::vector<Condition>& conditions, const Json& properties) {
  return std::ranges::all_of(conditions, [&](const auto& each) { return each.holds(properties); });
}

// Of what a cursor belongs to.
std::uint64_t number_of_query(const Json& input) {
  std::string text;
  for (const char* field : {"type", "where", "at", "since"}) {
    if (input.contains(field))
      text += input[field].dump(-1, ' ', false, Json::error_handler_t::replace);
    text += '\n';
  }
  return number_of(text);
}

Error bad_field(const char* field, std::string_view what) {
  return {ErrorKind::InvalidArgument, fmt::format("{}: {}", field, what), field};
}

Instant now() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The time that the list is of: as given, else the latest that is known. It is kept while the
// caller pages, so that what happens meanwhile changes nothing.
Result<Instant> time_of_list(store::Reader& reader, const Json& input, std::string_view type) {
  if (const auto at = TRY(instant_in(input, "at"))) return *at;
  return std::max(now(), TRY(store::newest_of_type(reader, type)).value_or(0));
}

Result<Instant> begin_of_list(const Json& input, Instant at) {
  const auto found = input.find("since");
  if (found == input.end()) return kEarliest;
  if (const auto span = span_of(found->get<std::string>())) return at - *span;
  const auto since = instant_in(input, "since");
  if (since) return **since;
  return bad_field("since", "must be a time of ISO 8601 or a span such as 24h or 7d");
}

Result<Cursor> start_of(store::Reader& reader, const Json& input, std::string_view type) {
  const auto query = number_of_query(input);
  if (const auto given = input.find("cursor"); given != input.end()) {
    auto cursor = parse_cursor(given->get<std::string>());
    if (!cursor) return bad_field("cursor", "is not one that this procedure gave; begin without");
    if (cursor->query != query)
      return bad_field(
          "cursor",
          "belongs to another query; give the same type, where, at and since, or begin without");
    return *std::move(cursor);
  }
  const auto at = TRY(time_of_list(reader, input, type));
  const auto since = TRY(begin_of_list(input, at));
  return Cursor{.query = query, .at = at, .since = since, .behind = {}};
}

// Shows edges of entities, within one budget for the whole list.
class EdgeLister {
 public:
  EdgeLister(store::Reader& reader, const Json& input, Instant at) : reader_(reader), at_(at) {
    for (auto& type : input.value("include", std::vector<std::string>())) {
      if (std::ranges::find(types_, type) == types_.end()) types_.push_back(std::move(type));
    }
  }

  Result<void> add_to(Json& entity, const std::string& id) {
    if (types_.empty()) return {};
    entity["edges"] = Json::array();
    for (const auto& type : types_) {
      TRY(add(entity, id, type, store::Direction::Out));
      TRY(add(entity, id, type, store::Direction::In));
    }
    return {};
  }

 private:
  Result<void> add(Json& entity, const std::string& id, const std::string& type,
                   store::Direction direction) {
    const bool is_out = direction == store::Direction::Out;
    const auto found = TRY(store::edges_at(
        reader_, {.entity = id, .direction = direction, .at = at_, .most = kMostEdgesShown}, type,
        budget_));
    if (!found.is_all) entity["edgesCut"] = true;
    for (const auto& edge : found.edges) {
      entity["edges"].push_back({{"type", edge.type},
                                 {"entity", is_out ? edge.target : edge.source},
                                 {"direction", is_out ? "out" : "in"},
                                 {"validFrom", time_json(edge.from)},
                                 {"validTo", time_json(edge.to)}});
    }
    return {};
  }

  store::Reader& reader_;
  const Instant at_;
  std::vector<std::string> types_;
  store::RowBudget budget_{kRowsOfEdges};
};

// One page of entities.
class Page {
 public:
  Page(store::Reader& reader, const Json& input, Cursor cursor)
      : reader_(reader),
        cursor_(std::move(cursor)),
        conditions_(conditions_of(input)),
        edges_(reader, input, cursor_.at),
        limit_(input["limit"].get<std::size_t>()),
        most_bytes_(contract::kUsualAnswerBytes *
                    std::max<std::size_t>(1, limit_ / contract::kDefaultEntities)) {}

  Result<Json> read(std::string_view type, bool goes_on) {
    store::RowBudget budget{kRowsOfScan};
    const store::EntityScan scan{.type = type,
                                 .at = cursor_.at,
                                 .since = cursor_.since,
                                 .behind = goes_on ? std::optional(cursor_.behind) : std::nullopt};
    const auto left =
        TRY(store::scan_entities(reader_, scan, budget, [this](const store::EntityVersion& entity) {
          return take(entity);
        }));
    Json answer = {{"entities", std::move(entities_)}, {"nextCursor", nullptr}};
    if (left) cursor_.behind = *left;
    if (left || is_full_) answer["nextCursor"] = cursor_text(cursor_);
    if (left) answer["partial"] = true;
    return answer;
  }

 private:
  // False when there is no room for it: the next page begins with it.
  Result<bool> take(const store::EntityVersion& entity) {
    if (!may_all_hold(conditions_, entity.held.content)) return true;
    const bool is_named_alone = entity.held.content == "{}";
    if (is_named_alone && TRY(store::meant_by(reader_, entity.id)) != entity.id) return true;
    auto properties = properties_of(entity);
    if (!all_hold(conditions_, properties)) return true;
    is_full_ = entities_.size() == limit_;
    if (is_full_) return false;
    auto made = entity_json(entity, properties, kBytesOfProperties);
    TRY(edges_.add_to(made, entity.id));
    bytes_ += size_about(made, entity);
    is_full_ = bytes_ > most_bytes_ && !entities_.empty();
    if (is_full_) return false;
    entities_.push_back(std::move(made));
    cursor_.behind = {.from = entity.held.from, .id = entity.id};
    return true;
  }

  // What it takes of the answer; of a short one without looking at it.
  static std::size_t size_about(const Json& made, const store::EntityVersion& entity) {
    constexpr std::size_t kAround = 160;  // names of fields, times
    const bool is_short = entity.held.content.size() <= kLongText && !made.contains("edges");
    return is_short ? 2 * entity.id.size() + entity.held.content.size() + kAround
                    : size_of(made) + 1;
  }

  store::Reader& reader_;
  Cursor cursor_;
  const std::vector<Condition> conditions_;
  EdgeLister edges_;
  const std::size_t limit_, most_bytes_;
  Json entities_ = Json::array();
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

// The type that is meant: `PR` and `deployments` are written otherwise.
Result<std::string> type_meant(store::Reader& reader, const std::string& given) {
  std::string lower = given;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  std::vector<std::string> candidates = {given, lower};
  if (lower.ends_with('s')) candidates.push_back(lower.substr(0, lower.size() - 1));
  for (const auto& type : candidates) {
    if (TRY(store::newest_of_type(reader, type))) return type;
  }
  return given;
}

Result<Json> query(store::Readers& readers, const Json& input,
                   const contract::CallContext& context) {
  const auto reader = TRY(readers.take(context.cancelled));
  const auto type = TRY(type_meant(*reader, input["type"].get<std::string>()));
  auto start = TRY(start_of(*reader, input, type));
  auto answer = TRY(Page(*reader, input, std::move(start)).read(type, input.contains("cursor")));
  const bool is_unknown = answer["entities"].empty() && !TRY(store::newest_of_type(*reader, type));
  if (is_unknown) answer["knownTypes"] = TRY(store::entity_types(*reader));
  answer["requestId"] = context.request.value;
  return answer;
}

}  // namespace

contract::Handler make_query_handler(store::Readers& readers) {
  return [&readers](const Json& input, const contract::CallContext& context) {
    return query(readers, input, context);
  };
}

}  // namespace lightfast::graph
