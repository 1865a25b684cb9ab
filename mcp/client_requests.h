// What a server may ask of a client, by the capabilities that the client declares: sampling,
// elicitation, roots. Pure functions.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "mcp/message.h"

namespace lightfast::mcp {

// Why a client with these `capabilities` (ClientCapabilities) must not be sent a request of
// `method` with `params`; nothing when it may. MissingClientCapability says what it would have to
// declare; Internal is for a request that no client answers.
std::optional<ProtocolError> refusal_to_ask(const std::string& method, const Json& params,
                                            const Json& capabilities);

// The same for a result's `inputRequests` (2026-07-28, MRTR), all in one error.
std::optional<ProtocolError> refusal_of_input(const Json& input_required, const Json& capabilities);

}  // namespace lightfast::mcp
