#include "contract/graph.h"

#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/graph_formats.h"
#include "contract/graph_view.h"

namespace lightfast::contract {
namespace {

constexpr const char* kQueryDescription =
    R"(List entities of one type with their properties, newest first: exact answers about the state of things, now or `at` an earlier time. Types: pr, issue, deployment, person, service, ... (an unknown type is answered with those there are).

Examples: open PRs {"type":"pr","where":{"state":"open"}}; deployments of the last day {"type":"deployment","since":"24h"}; with authors {"type":"pr","include":["authored_by"]}. Page with `cursor` while `nextCursor` is not null; `partial: true` means that the look ended early: page on.)";

constexpr const char* kTraverseDescription =
    R"(Follow edges from one entity: who authored, what is part of what, what was deployed; now or `at` an earlier time. `start` is an id or handle: pr:acme/web#142, pr:142, #142, LIN-482, @mia. `target` (a type such as person, or an id) keeps the shortest paths to it alone. `truncated: true`: there is more; use `edge`, `direction`, a smaller `depth`.)";

constexpr const char* kRelatedDescription =
    R"(What is around an event (an id from lightfast_search) or an entity (pr:acme/web#142, #142): what it is about, who did it, what caused it, the latest events, connected entities. `types` keeps only such nodes and the way to them: person, pull_request.merged, or pull_request for all of a kind.)";

constexpr const char* kContentsDescription =
    R"(The whole text of events or entities by `ids`, as lightfast_search and lightfast_related give them, with metadata (attributes, relations; of an entity its properties and latest events). Long texts are cut to fit `maxBytes`: `cut` says so; go on with that id alone and `offset`. `omitted` ids did not fit: ask for them again. `missing` ids do not exist, or, where `tiers` says that memory failed, may.)";

constexpr std::size_t kMaxIdBytes = 512;

Json typed(const char* type) { return {{"type", type}}; }

Json described(const char* type, std::string description) {
  return {{"type", type}, {"description", std::move(description)}};
}

Json or_null(const char* type) { return {{"type", {type, "null"}}}; }

Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json id_input(std::string description) {
  Json schema = {{"type", "string"}, {"minLength", 1}, {"x-maxBytes", kMaxIdBytes}};
  if (!description.empty()) schema["description"] = std::move(description);
  return schema;
}

// Of a type of entities, events or edges.
Json name_input(std::string description) {
  Json schema = {{"type", "string"}, {"minLength", 1}, {"maxLength", 64}};
  if (!description.empty()) schema["description"] = std::move(description);
  return schema;
}

Json number_input(int least, int most, int usual, const char* what) {
  return {{"type", "integer"},
          {"minimum", least},
          {"maximum", most},
          {"default", usual},
          {"description", fmt::format("{}: {} to {}, {} when absent.", what, least, most, usual)}};
}

Json object_of(Json properties, Json required) {
  return {
      {"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

Json input_of(Json properties, Json required) {
  auto schema = object_of(std::move(properties), std::move(required));
  schema["additionalProperties"] = false;
  return schema;
}

Json at_input() { return described("string", "As of this time, ISO 8601; absent: the latest."); }

Json entity_schema(Json valid_from) {
  return object_of({{"id", typed("string")},
                    {"type", typed("string")},
                    {"properties", typed("object")},
                    {"cut", described("integer", "Properties shortened or left out.")},
                    {"validFrom", std::move(valid_from)},
                    {"validTo", or_null("string")}},
                   {"id", "type", "properties", "validFrom", "validTo"});
}

Json entity_with_edges_schema() {
  auto schema = entity_schema(typed("string"));
  schema["properties"]["edges"] = list_of(object_of({{"type", typed("string")},
                                                     {"entity", typed("string")},
                                                     {"direction", {{"enum", {"out", "in"}}}},
                                                     {"validFrom", typed("string")},
                                                     {"validTo", or_null("string")}},
                                                    {"type", "entity", "direction"}));
  schema["properties"]["edgesCut"] = typed("boolean");
  return schema;
}

Json edges_schema() {
  return list_of(object_of({{"source", typed("string")},
                            {"type", typed("string")},
                            {"target", typed("string")},
                            {"validFrom", or_null("string")},
                            {"validTo", or_null("string")}},
                           {"source", "type", "target"}));
}

Json node_schema() {
  return object_of({{"id", typed("string")},
                    {"kind", {{"enum", {"event", "entity"}}}},
                    {"type", typed("string")},
                    {"title", or_null("string")},
                    {"url", or_null("string")},
                    {"occurredAt", or_null("string")},
                    {"validFrom", or_null("string")}},
                   {"id", "kind", "type"});
}

Json item_schema() {
  return object_of({{"id", typed("string")},
                    {"kind", {{"enum", {"event", "entity"}}}},
                    {"title", typed("string")},
                    {"content", typed("string")},
                    {"cut", typed("string")},
                    {"source", or_null("string")},
                    {"type", typed("string")},
                    {"url", or_null("string")},
                    {"occurredAt", or_null("string")},
                    {"metadata", typed("object")}},
                   {"id", "title", "content", "type", "metadata"});
}

Procedure reading(Procedure procedure) {
  procedure.annotations = {
      .read_only = true, .destructive = false, .idempotent = true, .open_world = false};
  procedure.scope = "context:read";
  return procedure;
}

Json query_input() {
  return input_of(
      {{"type", name_input("Such as pr, issue, deployment, commit, person.")},
       {"where",
        {{"type", "object"},
         {"additionalProperties", {{"type", {"string", "number", "boolean", "null"}}}},
         {"maxProperties", 20},
         {"description", "Properties and their values; null: absent."}}},
       {"include",
        {{"type", "array"},
         {"items", name_input("")},
         {"maxItems", 20},
         {"description", "Types of edges to show."}}},
       {"at", at_input()},
       {"since", described("string",
                           "Only what has been as it is since then or later: ISO 8601, or a span "
                           "back from `at`: 24h, 7d.")},
       {"limit", number_input(1, kMaxEntities, kDefaultEntities, "How many")},
       {"cursor",
        {{"type", "string"},
         {"maxLength", 2048},
         {"description", "The nextCursor of the page before."}}}},
      {"type"});
}

Json traverse_input() {
  return input_of({{"start", id_input("An id or a handle.")},
                   {"edge", described("string", "Only edges of this type.")},
                   {"target", id_input("Only ways to this entity, or to this type.")},
                   {"depth", number_input(1, kMaxGraphDepth, kDefaultGraphDepth, "Steps")},
                   {"direction",
                    {{"type", "string"},
                     {"enum", {"out", "in", "both"}},
                     {"default", "both"},
                     {"description", "Which edges: out, in, or both."}}},
                   {"at", at_input()},
                   {"limit",
                    {{"type", "integer"},
                     {"minimum", 1},
                     {"maximum", kMaxGraphNodes},
                     {"description", "Nodes; absent: as many of 500 as fit a short answer."}}}},
                  {"start"});
}

}  // namespace

Procedure graph_query_procedure() {
  return reading({.key = {"graph", "query"},
                  .http_path = "/v1/graph/query",
                  .title = "Query entities",
                  .summary = "List entities of a type as they are, or were at a time",
                  .description = kQueryDescription,
                  .input_schema = query_input(),
                  .output_schema = object_of({{"entities", list_of(entity_with_edges_schema())},
                                              {"nextCursor", or_null("string")},
                                              {"partial", typed("boolean")},
                                              {"knownTypes", list_of(typed("string"))},
                                              {"requestId", typed("string")}},
                                             {"entities", "nextCursor", "requestId"}),
                  .presentation = {.for_terminal = entities_for_terminal}});
}

Procedure graph_traverse_procedure() {
  return reading(
      {.key = {"graph", "traverse"},
       .http_path = "/v1/graph/traverse",
       .title = "Follow edges",
       .summary = "Follow edges from an entity",
       .description = kTraverseDescription,
       .input_schema = traverse_input(),
       .output_schema = object_of({{"nodes", list_of(entity_schema(or_null("string")))},
                                   {"edges", edges_schema()},
                                   {"truncated", typed("boolean")},
                                   {"requestId", typed("string")}},
                                  {"nodes", "edges", "truncated", "requestId"}),
       .presentation = {.for_terminal = graph_for_terminal, .formats = graph_formats()}});
}

Procedure related_procedure() {
  return reading(
      {.key = {"related"},
       .http_path = "/v1/related",
       .title = "What is around",
       .summary = "Show what is around an event or an entity",
       .description = kRelatedDescription,
       .input_schema = input_of({{"id", id_input("Of an event or an entity, or a handle.")},
                                 {"depth", number_input(1, kMaxRelatedDepth, 1, "Steps")},
                                 {"types",
                                  {{"type", "array"},
                                   {"items", name_input("")},
                                   {"maxItems", 20},
                                   {"description", "Only what is of these, and the ways there."}}}},
                                {"id"}),
       .output_schema = object_of({{"root", typed("string")},
                                   {"nodes", list_of(node_schema())},
                                   {"edges", edges_schema()},
                                   {"truncated", typed("boolean")},
                                   {"requestId", typed("string")}},
                                  {"root", "nodes", "edges", "truncated", "requestId"}),
       .positional = "id",
       .presentation = {.for_terminal = graph_for_terminal, .formats = graph_formats()}});
}

Procedure contents_procedure() {
  return reading({.key = {"contents"},
                  .http_path = "/v1/contents",
                  .title = "Whole texts",
                  .summary = "Show the whole text of events and entities",
                  .description = kContentsDescription,
                  .input_schema = input_of(
                      {{"ids",
                        {{"type", "array"},
                         {"items", id_input("")},
                         {"minItems", 1},
                         {"maxItems", kMaxContents},
                         {"description", "Ids or handles."}}},
                       {"maxBytes", number_input(kLeastContentsBytes, kMaxContentsBytes,
                                                 kDefaultContentsBytes, "Bytes of the answer")},
                       {"offset",
                        {{"type", "integer"},
                         {"minimum", 0},
                         {"maximum", kMaxContentsOffset},
                         {"default", 0},
                         {"description", "Bytes of each text to leave out."}}}},
                      {"ids"}),
                  .output_schema = object_of({{"items", list_of(item_schema())},
                                              {"missing", list_of(typed("string"))},
                                              {"omitted", list_of(typed("string"))},
                                              {"tiers", typed("object")},
                                              {"requestId", typed("string")}},
                                             {"items", "missing", "requestId"}),
                  .positional = "ids",
                  .presentation = {.for_terminal = contents_for_terminal}});
}

std::string cut_note(std::size_t begin, std::size_t end, std::size_t whole) {
  auto note = fmt::format("bytes {} to {} of {}", begin, end, whole);
  if (end < whole) note += fmt::format("; for the rest ask for this id alone with offset {}", end);
  return note;
}

}  // namespace lightfast::contract
