#include "mcp/revision.h"

#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

namespace lightfast::mcp {
namespace {

constexpr std::array<std::string_view, 4> kLegacyRevisions = {kNewestLegacyRevision, "2025-06-18",
                                                              kBatchRevision, "2024-11-05"};
constexpr std::array<std::string_view, 2> kModernMethods = {"server/discover",
                                                            "subscriptions/listen"};

std::unexpected<ProtocolError> invalid_params(std::string_view rule) {
  return std::unexpected(
      ProtocolError{ErrorCode::InvalidParams, fmt::format("invalid params: {}", rule)});
}

std::unexpected<ProtocolError> unsupported_version(const std::string& requested) {
  return std::unexpected(
      ProtocolError{ErrorCode::UnsupportedProtocolVersion,
                    fmt::format("unsupported protocol version: use {} or the initialize handshake",
                                kModernRevision),
                    {{"supported", Json::array({kModernRevision})}, {"requested", requested}}});
}

// An unknown version is refused before the rest of the envelope, which another revision may have
// changed.
std::expected<Era, ProtocolError> check_envelope(const Json& meta) {
  const auto version = meta.find(kProtocolVersionKey);
  if (version == meta.end() || !version->is_string()) {
    return invalid_params(
        fmt::format("\"_meta\" must carry \"{}\", a string", kProtocolVersionKey));
  }
  if (*version != kModernRevision) return unsupported_version(version->get<std::string>());
  const auto capabilities = meta.find(kClientCapabilitiesKey);
  if (capabilities == meta.end() || !capabilities->is_object()) {
    return invalid_params(
        fmt::format("\"_meta\" must carry \"{}\", an object", kClientCapabilitiesKey));
  }
  return Era::Modern;
}

}  // namespace

std::string_view negotiated_revision(std::string_view requested) {
  const auto* const known = std::ranges::find(kLegacyRevisions, requested);
  return known == kLegacyRevisions.end() ? kNewestLegacyRevision : *known;
}

std::expected<Era, ProtocolError> era_of(const Request& request) {
  const auto meta = request.params.find("_meta");
  const bool has_meta = meta != request.params.end();
  if (has_meta && !meta->is_object()) return invalid_params("\"_meta\" must be an object");
  if (has_meta && meta->contains(kProtocolVersionKey)) return check_envelope(*meta);
  const bool is_modern_method =
      std::ranges::find(kModernMethods, request.method) != kModernMethods.end();
  if (is_modern_method) return check_envelope(has_meta ? *meta : Json::object());
  return Era::Legacy;
}

}  // namespace lightfast::mcp
