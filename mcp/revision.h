// Which revision of the protocol a request speaks. Two eras live side by side: the legacy ones
// begin with a handshake, the modern ones are stateless and say their version in every request's
// `_meta`. Pure functions.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "base/json.h"
#include "mcp/message.h"

namespace lightfast::mcp {

enum class Era { Legacy, Modern };

inline constexpr std::string_view kModernRevision = "2026-07-28";
inline constexpr std::string_view kNewestLegacyRevision = "2025-11-25";
inline constexpr std::string_view kBatchRevision = "2025-03-26";  // the only one with batches

// Keys of `_meta` (2026-07-28).
inline constexpr const char* kProtocolVersionKey = "io.modelcontextprotocol/protocolVersion";
inline constexpr const char* kClientCapabilitiesKey = "io.modelcontextprotocol/clientCapabilities";
inline constexpr const char* kLogLevelKey = "io.modelcontextprotocol/logLevel";
inline constexpr const char* kServerInfoKey = "io.modelcontextprotocol/serverInfo";
inline constexpr const char* kSubscriptionIdKey = "io.modelcontextprotocol/subscriptionId";

// The revision to answer a client that asks for `requested` in a handshake: that one when it is
// known, else the newest.
std::string_view negotiated_revision(std::string_view requested);

// The era `request` belongs to. It is modern when it claims a version, or when its method exists in
// no legacy revision; the error then says what its envelope lacks, or which versions are served.
std::expected<Era, ProtocolError> era_of(const Request& request);

}  // namespace lightfast::mcp
