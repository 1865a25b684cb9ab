#include "tests/conformance/interview.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace lightfast::conformance {
namespace {

bool has(const Json& object, const char* key, Json::value_t type) {
  const auto found = object.find(key);
  return found != object.end() && found->type() == type;
}

// Whether `response` has the form of an answer to a request of `method`.
bool is_answer(const Json& response, const std::string& method) {
  if (!response.is_object()) return false;
  if (method == "elicitation/create") return has(response, "action", Json::value_t::string);
  if (method == "roots/list") return has(response, "roots", Json::value_t::array);
  return has(response, "content", Json::value_t::object) ||
         has(response, "content", Json::value_t::array);
}

// Adds to `answers` those to `requests`; whether all are there.
bool take_answers(Json& answers, const Json& requests, const Json& responses) {
  bool is_whole = true;
  for (const auto& [key, request] : requests.items()) {
    const auto response = responses.find(key);
    if (response != responses.end() && is_answer(*response, request.at("method"))) {
      answers[key] = *response;
    } else {
      is_whole = false;
    }
  }
  return is_whole;
}

struct State {
  std::size_t round = 0;
  Json answers = Json::object();
};

std::expected<State, mcp::ProtocolError> state_of(const Interview& interview,
                                                  const std::string& kept) {
  if (!interview.seal || kept.empty()) return State{};
  const auto state = interview.seal->open(kept);
  if (state && state->at("of") == interview.name)
    return State{.round = state->at("round"), .answers = state->at("answers")};
  return std::unexpected(mcp::ProtocolError{
      mcp::ErrorCode::InvalidParams,
      "invalid params: \"requestState\" is not what this server gave out, or has expired"});
}

}  // namespace

std::expected<Turn, mcp::ProtocolError> next_turn(const Interview& interview,
                                                  const mcp::ClientInput& input) {
  auto state = state_of(interview, input.state);
  if (!state) return std::unexpected(std::move(state.error()));
  if (take_answers(state->answers, interview.rounds.at(state->round), input.responses))
    ++state->round;
  if (state->round == interview.rounds.size())
    return Turn{.input_required = {}, .answers = std::move(state->answers)};
  Json asked = {{"inputRequests", interview.rounds[state->round]}};
  if (interview.seal) {
    asked["requestState"] = interview.seal->seal(
        {{"of", interview.name}, {"round", state->round}, {"answers", state->answers}});
  }
  return Turn{.input_required = std::move(asked)};
}

Json form_request(const std::string& message, const std::string& field, const char* type) {
  const Json schema = {{"type", "object"},
                       {"properties", {{field, {{"type", type}}}}},
                       {"required", Json::array({field})}};
  return {{"method", "elicitation/create"},
          {"params", {{"mode", "form"}, {"message", message}, {"requestedSchema", schema}}}};
}

Json sampling_request(const std::string& text, int max_tokens) {
  const Json message = {{"role", "user"}, {"content", {{"type", "text"}, {"text", text}}}};
  return {{"method", "sampling/createMessage"},
          {"params", {{"messages", Json::array({message})}, {"maxTokens", max_tokens}}}};
}

Json roots_request() { return {{"method", "roots/list"}, {"params", Json::object()}}; }

}  // namespace lightfast::conformance
