// `graph.traverse`.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "contract/graph.h"
#include "tools/graph/answer.h"
#include "tools/graph/graph.h"
#include "tools/graph/parts.h"
#include "tools/graph/times.h"
#include "tools/graph/walk.h"
#include "tools/store/graph.h"
#include "tools/store/handles.h"

namespace lightfast::graph {
namespace {

constexpr std::size_t kMostLooked = 5'000;  // nodes, on the way to a target
// Nodes that a short answer may have: one with the edge to it takes more than 200 bytes.
constexpr std::size_t kMostShown = contract::kUsualAnswerBytes / 200;
constexpr std::size_t kMostOfHub = 500;  // edges of one type and direction, of one entity
// The same where a short answer is wanted: of the start as many as can be shown, of others a
// quarter.
constexpr std::size_t kUsualOfStart = kMostShown, kUsualOfHub = kMostShown / 4;
constexpr std::int64_t kRows = 20'000;
constexpr std::size_t kBytesPerNode = 600;  // where the caller says how many

// What the caller asks for.
struct Request {
  std::string start, edge, target_type, target_id;
  int depth = contract::kDefaultGraphDepth;
  bool goes_out = true, goes_in = true;
  store::Instant at = store::kLatest;
  std::size_t most_of_start = kMostOfHub, most_of_hub = kMostOfHub;
  std::size_t most_looked = kMostLooked;  // nodes
  Most most = {.nodes = contract::kMaxGraphNodes, .bytes = contract::kUsualAnswerBytes};

  [[nodiscard]] bool has_target() const { return !target_type.empty() || !target_id.empty(); }
};

// A type of entity is taken as such, if there is one; everything else is an entity.
Result<void> read_target(store::Reader& reader, const std::string& target, Request& request) {
  if (target.find_first_of(":#@") == std::string::npos &&
      TRY(store::newest_of_type(reader, target))) {
    request.target_type = target;
    return {};
  }
  request.target_id = TRY(store::resolve_entity(reader, target, "target"));
  return {};
}

// Without a target the walk goes no farther than the answer.
void read_limits(const Json& input, Request& request) {
  if (const auto limit = input.find("limit"); limit != input.end()) {
    const auto nodes = limit->get<std::size_t>();
    request.most = {.nodes = nodes, .bytes = nodes * kBytesPerNode};
    if (!request.has_target()) request.most_looked = nodes;
  } else if (!request.has_target()) {
    request.most_of_start = kUsualOfStart;
    request.most_of_hub = kUsualOfHub;
    request.most_looked = kMostShown;
  }
}

Result<Request> request_of(store::Reader& reader, const Json& input) {
  Request request;
  request.start = TRY(store::resolve_entity(reader, input["start"].get<std::string>(), "start"));
  request.edge = input.value("edge", "");
  if (input.contains("target"))
    TRY(read_target(reader, input["target"].get<std::string>(), request));
  input["depth"].get_to(request.depth);
  request.goes_out = input["direction"] != "in";
  request.goes_in = input["direction"] != "out";
  request.at = TRY(instant_in(input, "at")).value_or(store::kLatest);
  read_limits(input, request);
  return request;
}

// The edges of entities, within one budget for the whole walk.
class Edges {
 public:
  Edges(store::Reader& reader, const Request& request) : reader_(reader), request_(request) {}

  // Beyond the target no path to it is a shortest one.
  Result<Steps> around(const Node& node) {
    Steps steps;
    if (node.depth >= depth_of_target_) return steps;
    if (request_.goes_out) TRY(add(node, store::Direction::Out, steps));
    if (request_.goes_in) TRY(add(node, store::Direction::In, steps));
    return steps;
  }

 private:
  Result<void> add(const Node& node, store::Direction direction, Steps& steps) {
    auto found = TRY(
        store::edges_at(reader_,
                        {.entity = node.id,
                         .direction = direction,
                         .at = request_.at,
                         .most = node.depth == 0 ? request_.most_of_start : request_.most_of_hub},
                        request_.edge, budget_));
    steps.is_all = steps.is_all && found.is_all;
    for (auto& edge : found.edges) {
      const bool is_found = edge.source == request_.target_id || edge.target == request_.target_id;
      if (is_found) depth_of_target_ = std::min(depth_of_target_, node.depth + 1);
      steps.steps.push_back({.link = {.source = std::move(edge.source),
                                      .type = std::move(edge.type),
                                      .target = std::move(edge.target),
                                      .from = edge.from,
                                      .to = edge.to}});
    }
    return {};
  }

  store::Reader& reader_;
  const Request& request_;
  store::RowBudget budget_{kRows};
  int depth_of_target_ = std::numeric_limits<int>::max();
};

// Nodes with their properties. One that was not there at the time, a pull request that was named by
// its number before it was opened, has neither these nor a time.
class Entities : public NodeMaker {
 public:
  Entities(store::Reader& reader, store::Instant at) : reader_(reader), at_(at) {}

  Result<std::size_t> least_size(const Node& node) override {
    auto found = TRY(store::entity_at(reader_, node.id, at_));
    if (!found) found = {.id = node.id, .held = {.from = store::kNoEnd, .content = "{}"}};
    versions_.push_back(*std::move(found));
    return graph::least_size(versions_.back());
  }

  Json make(std::size_t place, std::size_t spare) override {
    return entity_json(versions_[place], spare);
  }

 private:
  store::Reader& reader_;
  const store::Instant at_;
  std::vector<store::EntityVersion> versions_;
};

bool is_target(const Request& request, const Node& node) {
  return request.target_id.empty() ? store::entity_type(node.id) == request.target_type
                                   : node.id == request.target_id;
}

Error not_there(const Request& request) {
  return {ErrorKind::NotFound, "there was no '" + request.start + "' at this time", "start"};
}

Result<Json> traverse(store::Readers& readers, const Json& input,
                      const contract::CallContext& context) {
  const auto reader = TRY(readers.take(context.cancelled));
  const auto request = TRY(request_of(*reader, input));
  if (!TRY(store::entity_at(*reader, request.start, request.at))) return not_there(request);
  Walk walk({.id = request.start});
  Edges edges(*reader, request);
  TRY(walk.go(request.depth, request.most_looked,
              [&edges](const Node& node) { return edges.around(node); }));
  if (request.has_target())
    walk.keep_paths_to([&request](const Node& node) { return is_target(request, node); });
  Entities entities(*reader, request.at);
  auto answer = TRY(answer_of(walk, request.most, entities));
  answer["requestId"] = context.request.value;
  return answer;
}

}  // namespace

contract::Handler make_traverse_handler(store::Readers& readers) {
  return [&readers](const Json& input, const contract::CallContext& context) {
    return traverse(readers, input, context);
  };
}

}  // namespace lightfast::graph
