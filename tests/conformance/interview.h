// A call in rounds (2026-07-28, MRTR): each asks the client for something, and it calls again with
// the answers. Once all are known the call has its result. Pure functions.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "mcp/message.h"
#include "mcp/tools.h"
#include "tests/conformance/state_seal.h"

namespace lightfast::conformance {

struct Interview {
  std::string name;          // of what is called; the state of one is no state of another
  std::vector<Json> rounds;  // the `inputRequests` of each, by key; at least one
  std::shared_ptr<const StateSeal> seal;  // null: nothing is kept between rounds, so there is one
};

struct Turn {
  std::optional<Json> input_required;  // what to ask now, as ToolResult has it
  Json answers = Json::object();       // by key; all of them where nothing is to be asked
};

// The turn after `input`. What is missing or no answer is asked for again, what was not asked is
// left out. InvalidParams for a state that is not the interview's.
std::expected<Turn, mcp::ProtocolError> next_turn(const Interview& interview,
                                                  const mcp::ClientInput& input);

// A request for a form of one required `field` of a JSON Schema type.
Json form_request(const std::string& message, const std::string& field, const char* type);
// A request to the client's model.
Json sampling_request(const std::string& text, int max_tokens);
Json roots_request();

}  // namespace lightfast::conformance
