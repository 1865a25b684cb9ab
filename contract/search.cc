#include "contract/search.h"

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/search_view.h"

namespace lightfast::contract {
namespace {

constexpr const char* kDescription =
    R"(Search what happened in the organisation: pull requests, issues, comments, commits, deployments, alerts, messages, documents; recent ones and those of all time in one ranked list.

Ask with the words that such a text would use ("retry uploads after 503"), or with a name that stands for one thing: #142, pr:142, LIN-482, a commit SHA, a URL, @login, a file path. Filter by `types` (pull_request.merged, deployment.created), `sources` (github, linear), `after` and `before`; words such as "last week" do not filter. Page with `offset`.

`results[].id` is what lightfast_contents and lightfast_related take; `reason` says why it was found, `tier` from where. `partial: true` or a tier's state other than ok, cached, skipped and off means that there may be more: ask again, or with a larger `waitMs`. No results with the state ok means that nothing matches: use other words.

For the state of things (what is open, what was deployed when) lightfast_graph_query is exact; for rules and guides read the repository with lightfast_shell.)";

Json text(const char* description) { return {{"type", "string"}, {"description", description}}; }

Json or_null(const char* description) {
  return {{"type", {"string", "null"}}, {"description", description}};
}

Json whole_number(const char* description) {
  return {{"type", "integer"}, {"minimum", 0}, {"description", description}};
}

Json names(const char* description) {
  return {{"type", "array"},
          {"items", {{"type", "string"}, {"minLength", 1}, {"maxLength", 64}}},
          {"maxItems", 50},
          {"description", description}};
}

Json time(const char* description) {
  return {{"type", "string"}, {"minLength", 4}, {"maxLength", 40}, {"description", description}};
}

Json input_schema() {
  return {{"type", "object"},
          {"properties",
           {{"query",
             {{"type", "string"},
              {"minLength", 1},
              {"maxLength", kMaxQueryBytes},
              {"x-maxBytes", kMaxQueryBytes},
              {"description", "Words to look for, or a handle such as #142."}}},
            {"limit",
             {{"type", "integer"},
              {"minimum", 1},
              {"maximum", kMaxResults},
              {"default", kDefaultResults},
              {"description", fmt::format("How many results: 1 to {}, {} when absent.", kMaxResults,
                                          kDefaultResults)}}},
            {"offset",
             {{"type", "integer"},
              {"minimum", 0},
              {"maximum", kMaxOffset},
              {"default", 0},
              {"description", "How many of the best to leave out, for the next page."}}},
            {"mode",
             {{"type", "string"},
              {"enum", {"fast", "balanced"}},
              {"default", "balanced"},
              {"description", "fast: leave out what takes time to rank well."}}},
            {"sources", names("Only from these: github, linear, ...")},
            {"types",
             names("Only these types of event, or all of a kind: pull_request.merged, issue.")},
            {"after", time("Only what happened at or after this time, ISO 8601.")},
            {"before", time("Only what happened before this time, ISO 8601.")},
            {"waitMs",
             {{"type", "integer"},
              {"minimum", 0},
              {"maximum", kMaxSearchWait.count()},
              {"default", kDefaultSearchWait.count()},
              {"description", fmt::format("Milliseconds to wait at most: 0 to {}, {} when absent.",
                                          kMaxSearchWait.count(), kDefaultSearchWait.count())}}}}},
          {"required", {"query"}},
          {"additionalProperties", false}};
}

Json result_schema() {
  return {{"type", "object"},
          {"properties",
           {{"id", text("The event's id.")},
            {"title", text("")},
            {"snippet", text("The part of the text that fits the query best.")},
            {"score", {{"type", "number"}, {"description", "Compares results of this answer."}}},
            {"source", text("Where it happened: github.")},
            {"type", text("What happened: pull_request.merged.")},
            {"url", or_null("Where people see it.")},
            {"occurredAt", or_null("When, ISO 8601.")},
            {"subject", text("The entity that it is about: pr:acme/web#142.")},
            {"tier", {{"type", "string"}, {"enum", {"store", "memory", "both"}}}},
            {"reason", text("Why it is here.")}}},
          {"required",
           {"id", "title", "snippet", "score", "source", "type", "url", "occurredAt", "tier",
            "reason"}}};
}

Json tier_schema(Json states) {
  return {{"type", "object"},
          {"properties",
           {{"state", {{"type", "string"}, {"enum", std::move(states)}}},
            {"ms", whole_number("Milliseconds it took.")},
            {"count", whole_number("Results it gave.")},
            {"ageSeconds", whole_number("Of a cached answer.")},
            {"why", text("The reason of the state.")}}},
          {"required", {"state", "ms", "count"}}};
}

Json output_schema() {
  return {
      {"type", "object"},
      {"properties",
       {{"results", {{"type", "array"}, {"items", result_schema()}}},
        {"total", whole_number("How many there are to page through.")},
        {"partial",
         {{"type", "boolean"}, {"description", "A tier that was asked gave less than it has."}}},
        {"tiers",
         {{"type", "object"},
          {"properties",
           {{"store", tier_schema({"ok", "timeout", "error", "off"})},
            {"memory",
             tier_schema({"ok", "timeout", "error", "open", "cached", "skipped", "off"})}}},
          {"required", {"store", "memory"}}}},
        {"requestId", text("Names the call in the server's log.")}}},
      {"required", {"results", "total", "partial", "tiers", "requestId"}}};
}

}  // namespace

Procedure search_procedure() {
  return {.key = {"search"},
          .http_path = "/v1/search",
          .title = "Search",
          .summary = "Search what happened in the organisation",
          .description = kDescription,
          .input_schema = input_schema(),
          .output_schema = output_schema(),
          .annotations = {.read_only = true,
                          .destructive = false,
                          .idempotent = true,
                          .open_world = false},
          .scope = "context:read",
          .positional = "query",
          .always_loaded = true,
          .presentation = {.for_terminal = search_for_terminal}};
}

}  // namespace lightfast::contract
