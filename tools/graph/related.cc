// `related`.
#include <algorithm>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "contract/graph.h"
#include "tools/graph/answer.h"
#include "tools/graph/graph.h"
#include "tools/graph/lookup.h"
#include "tools/graph/parts.h"
#include "tools/graph/times.h"
#include "tools/graph/walk.h"
#include "tools/store/graph.h"

namespace lightfast::graph {
namespace {

constexpr std::size_t kMostLooked = 2'000;  // nodes, on the way to some types
// Nodes that an answer may have: one with the link to it takes more than 100 bytes.
constexpr std::size_t kMostShown = contract::kUsualAnswerBytes / 100;
constexpr std::size_t kMostOfHub = 30;  // edges of one type and direction, of one entity
constexpr std::size_t kEventsOfEntity = 10;
constexpr std::size_t kEffectsOfEvent = 30;
constexpr std::int64_t kRows = 50'000;
constexpr std::size_t kMostTitle = 200;  // bytes

Step to_event(std::string source, const char* type, std::string target) {
  return {.link = {std::move(source), type, std::move(target)}, .kind = NodeKind::Event};
}

Step to_entity(std::string source, const char* type, std::string target) {
  return {.link = {std::move(source), type, std::move(target)}, .kind = NodeKind::Entity};
}

// Leaves the first `most` of them; whether there were more.
template <typename T>
bool cut_to(std::size_t most, std::vector<T>& all) {
  if (all.size() <= most) return false;
  all.resize(most);
  return true;
}

// What events and entities are linked with, within one budget for the whole walk.
class Links {
 public:
  explicit Links(store::Reader& reader) : reader_(reader) {}

  Result<Steps> around(const Node& node) {
    return node.kind == NodeKind::Event ? around_event(node.id) : around_entity(node.id);
  }

 private:
  Result<Steps> around_event(const std::string& id) {
    Steps found;
    const auto event = TRY(store::event_of_id(reader_, id));
    if (!event) return found;
    found.steps.push_back(to_entity(id, "about", event->subject));
    if (event->actor && TRY(store::entity_at(reader_, *event->actor, store::kLatest)))
      found.steps.push_back(to_entity(id, "by", *event->actor));
    if (event->causal_parent && TRY(store::event_of_id(reader_, *event->causal_parent)))
      found.steps.push_back(to_event(id, "caused_by", *event->causal_parent));
    auto effects = TRY(store::effects_of(reader_, id, kEffectsOfEvent + 1));
    found.is_all = !cut_to(kEffectsOfEvent, effects);
    for (auto& effect : effects)
      found.steps.push_back(to_event(std::move(effect), "caused_by", id));
    return found;
  }

  Result<Steps> around_entity(const std::string& id) {
    Steps found;
    for (const auto direction : {store::Direction::Out, store::Direction::In}) {
      auto edges = TRY(store::edges_at(
          reader_, {.entity = id, .direction = direction, .most = kMostOfHub}, "", budget_));
      found.is_all = found.is_all && edges.is_all;
      for (auto& edge : edges.edges) {
        found.steps.push_back({.link = {std::move(edge.source), std::move(edge.type),
                                        std::move(edge.target), edge.from, edge.to}});
      }
    }
    auto events = TRY(store::latest_events(reader_, id, store::kLatest, kEventsOfEntity + 1));
    if (cut_to(kEventsOfEntity, events)) found.is_all = false;
    for (auto& event : events) found.steps.push_back(to_event(std::move(event.id), "about", id));
    return found;
  }

  store::Reader& reader_;
  store::RowBudget budget_{kRows};
};

Json or_null(std::string text) {
  if (text.empty()) return nullptr;
  text.resize(utf8_prefix(text, kMostTitle));
  return visible_line(text);
}

Result<Json> event_json(store::Reader& reader, const Node& node) {
  const auto event = TRY(store::event_of_id(reader, node.id));
  if (!event) return Error{ErrorKind::Corrupt, "an event that was there is not there"};
  return Json{{"id", event->id},
              {"kind", "event"},
              {"type", event->type},
              {"title", or_null(event->title)},
              {"url", event->url ? Json(*event->url) : Json()},
              {"occurredAt", moment_text(event->occurred_at)}};
}

Result<Json> entity_head(store::Reader& reader, const Node& node) {
  const auto entity = TRY(store::entity_at(reader, node.id, store::kLatest));
  const auto properties = entity ? store::object_in(entity->held.content) : Json::object();
  return Json{{"id", node.id},
              {"kind", "entity"},
              {"type", store::entity_type(node.id)},
              {"title", or_null(title_in(properties))},
              {"url", or_null(text_in(properties, "url"))},
              {"validFrom", entity ? time_json(entity->held.from) : Json()}};
}

// Nodes without their properties.
class Heads : public NodeMaker {
 public:
  explicit Heads(store::Reader& reader) : reader_(reader) {}

  Result<Json> head_of(const Node& node) {
    return node.kind == NodeKind::Event ? event_json(reader_, node) : entity_head(reader_, node);
  }

  Result<std::size_t> least_size(const Node& node) override {
    heads_.push_back(TRY(head_of(node)));
    return size_of(heads_.back());
  }

  Json make(std::size_t place, std::size_t /*spare*/) override { return std::move(heads_[place]); }

 private:
  store::Reader& reader_;
  std::vector<Json> heads_;
};

// Whether a type is one of those asked for, or of their kind: `pull_request.merged` of
// `pull_request`.
bool is_of(const std::vector<std::string>& types, std::string_view type) {
  return std::ranges::any_of(types, [type](const std::string& each) {
    return type == each || (type.starts_with(each) && type.substr(each.size()).starts_with('.'));
  });
}

Result<Json> related(store::Readers& readers, const Json& input,
                     const contract::CallContext& context) {
  const auto reader = TRY(readers.take(context.cancelled));
  const auto id = input["id"].get<std::string>();
  auto root = TRY(find_node(*reader, id, "id"));
  if (!root) {
    return Error{ErrorKind::NotFound,
                 fmt::format("there is no event and no entity '{}'", visible_line(id)), "id"};
  }
  Walk walk(*root);
  Links links(*reader);
  const auto types = input.value("types", std::vector<std::string>());
  TRY(walk.go(input["depth"].get<int>(), types.empty() ? kMostShown : kMostLooked,
              [&links](const Node& node) { return links.around(node); }));
  Heads heads(*reader);
  Result<void> looked;
  if (!types.empty()) {
    walk.keep_paths_to([&](const Node& node) {
      const auto made = heads.head_of(node);
      if (!made) looked = made.error();
      return made && is_of(types, (*made)["type"].get<std::string>());
    });
  }
  TRY(looked);
  auto answer = TRY(answer_of(
      walk, {.nodes = contract::kMaxGraphNodes, .bytes = contract::kUsualAnswerBytes}, heads));
  Json whole = {{"root", root->id}};
  whole.update(answer);
  whole["requestId"] = context.request.value;
  return whole;
}

}  // namespace

contract::Handler make_related_handler(store::Readers& readers) {
  return [&readers](const Json& input, const contract::CallContext& context) {
    return related(readers, input, context);
  };
}

}  // namespace lightfast::graph
