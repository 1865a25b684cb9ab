// Requests and answers of `search` as JSON, both ways.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/search.h"

namespace lightfast::contract {
namespace {

constexpr std::array<std::pair<TierState, std::string_view>, 7> kStates = {
    {{TierState::Ok, "ok"},
     {TierState::Timeout, "timeout"},
     {TierState::Error, "error"},
     {TierState::Open, "open"},
     {TierState::Cached, "cached"},
     {TierState::Skipped, "skipped"},
     {TierState::Off, "off"}}};

constexpr std::array<std::pair<Tier, std::string_view>, 3> kTiers = {
    {{Tier::Store, "store"}, {Tier::Memory, "memory"}, {Tier::Both, "both"}}};

std::string_view tier_text(Tier tier) {
  return std::ranges::find(kTiers, tier, [](const auto& each) { return each.first; })->second;
}

std::vector<std::string> names_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found == object.end() ? std::vector<std::string>()
                               : found->get<std::vector<std::string>>();
}

Result<std::optional<Moment>> moment_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) return std::optional<Moment>();
  if (const auto moment = parse_moment(found->get_ref<const std::string&>())) return moment;
  return Error{ErrorKind::InvalidArgument,
               fmt::format("{}: must be a time of ISO 8601 such as 2026-03-01 or "
                           "2026-03-01T12:00:00Z",
                           field),
               field};
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

// To four digits after the point, where it is not so large that it has none.
double rounded(double score) {
  constexpr double kDigits = 1e4;
  const double shifted = score * kDigits;
  return std::isfinite(shifted) ? std::round(shifted) / kDigits : score;
}

Json to_json(const SearchResult& result) {
  Json object = {
      {"id", result.id},
      {"title", result.title},
      {"snippet", result.snippet},
      {"score", rounded(result.score)},
      {"source", result.source},
      {"type", result.type},
      {"url", or_null(result.url)},
      {"occurredAt", result.occurred_at ? Json(moment_text(*result.occurred_at)) : Json()}};
  if (result.subject) object["subject"] = *result.subject;
  object["tier"] = tier_text(result.tier);
  object["reason"] = result.reason;
  return object;
}

Json to_json(const TierReport& report) {
  Json object = {
      {"state", state_text(report.state)}, {"ms", report.took.count()}, {"count", report.count}};
  if (report.age) object["ageSeconds"] = report.age->count();
  if (!report.why.empty()) object["why"] = report.why;
  return object;
}

// What of another server's answer is of the wrong type is as if it were not there.
std::string text_in(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::string> some_text_in(const Json& object, const char* field) {
  auto text = text_in(object, field);
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Result<SearchResult> result_of(const Json& object) {
  const auto unusable = [](const char* why) {
    return Error{ErrorKind::Corrupt, fmt::format("a result of the answer {}", why)};
  };
  if (!object.is_object()) return unusable("is no object");
  SearchResult result{.id = text_in(object, "id"),
                      .title = text_in(object, "title"),
                      .snippet = text_in(object, "snippet"),
                      .source = text_in(object, "source"),
                      .type = text_in(object, "type"),
                      .url = some_text_in(object, "url"),
                      .occurred_at = parse_moment(text_in(object, "occurredAt")),
                      .tier = Tier::Memory,
                      .reason = text_in(object, "reason"),
                      .subject = some_text_in(object, "subject")};
  if (result.id.empty()) return unusable("has no id");
  const auto score = object.find("score");
  if (score == object.end() || !score->is_number()) return unusable("has no score");
  result.score = score->get<double>();
  if (!std::isfinite(result.score)) return unusable("has a score that is no number");
  return result;
}

}  // namespace

std::string_view state_text(TierState state) {
  return std::ranges::find(kStates, state, [](const auto& each) { return each.first; })->second;
}

Result<SearchRequest> search_request(const Json& input) {
  const auto after = TRY(moment_in(input, "after"));
  const auto before = TRY(moment_in(input, "before"));
  return SearchRequest{
      .query = input["query"].get<std::string>(),
      .limit = input.value("limit", kDefaultResults),
      .offset = input.value("offset", 0),
      .mode = input.value("mode", "") == "fast" ? SearchMode::Fast : SearchMode::Balanced,
      .sources = names_in(input, "sources"),
      .types = names_in(input, "types"),
      .after = after,
      .before = before,
      .wait = std::chrono::milliseconds(input.value("waitMs", kDefaultSearchWait.count()))};
}

Json to_json(const SearchRequest& request) {
  Json object = {{"query", request.query}, {"limit", request.limit}, {"offset", request.offset}};
  object["mode"] = request.mode == SearchMode::Fast ? "fast" : "balanced";
  if (!request.sources.empty()) object["sources"] = request.sources;
  if (!request.types.empty()) object["types"] = request.types;
  if (request.after) object["after"] = moment_text(*request.after);
  if (request.before) object["before"] = moment_text(*request.before);
  object["waitMs"] = request.wait.count();
  return object;
}

Json to_json(const SearchAnswer& answer, const RequestId& request) {
  Json results = Json::array();
  for (const auto& result : answer.results) results.push_back(to_json(result));
  return {{"results", std::move(results)},
          {"total", answer.total},
          {"partial", answer.partial},
          {"tiers", {{"store", to_json(answer.store)}, {"memory", to_json(answer.memory)}}},
          {"requestId", request.value}};
}

Result<SearchAnswer> search_answer(const Json& output) {
  const auto results = output.is_object() ? output.find("results") : output.end();
  if (results == output.end() || !results->is_array())
    return Error{ErrorKind::Corrupt, "the answer has no list of results"};
  SearchAnswer answer;
  for (const auto& each : *results) answer.results.push_back(TRY(result_of(each)));
  const auto total = output.find("total");
  answer.total = total != output.end() && total->is_number_integer()
                     ? total->get<std::int64_t>()
                     : static_cast<std::int64_t>(answer.results.size());
  const auto partial = output.find("partial");
  answer.partial = partial != output.end() && partial->is_boolean() && partial->get<bool>();
  return answer;
}

}  // namespace lightfast::contract
