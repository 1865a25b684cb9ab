#include "auth/jwt.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "auth/json_text.h"
#include "base/base64.h"
#include "base/text.h"

namespace lightfast::auth {
namespace {

Error malformed(std::string_view why) {
  return {ErrorKind::InvalidArgument, fmt::format("access token: {}", why)};
}

Error refused(std::string_view why) {
  return {ErrorKind::PermissionDenied, fmt::format("access token: {}", why)};
}

// The parts of a compact JWS (RFC 7515, section 3.1).
struct Parts {
  Json header;
  std::string_view message;  // what is signed
  std::string_view payload;  // still encoded
  std::string signature;
};

Result<Json> object_of(std::string_view encoded, const char* part) {
  const auto text = base64url_decoded(encoded);
  if (!text) return malformed(fmt::format("its {} is not base64url without padding", part));
  auto object = json_object(*text);
  if (!object) return malformed(fmt::format("its {} is no JSON object", part));
  return std::move(*object);
}

Result<Parts> parts_of(std::string_view token) {
  if (token.size() > kMaxTokenBytes)
    return malformed(fmt::format("it is longer than {} bytes", kMaxTokenBytes));
  if (std::ranges::count(token, '.') != 2)
    return malformed("it has not the three parts of a signed token");
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  auto signature = base64url_decoded(token.substr(second + 1));
  if (!signature || signature->empty()) return malformed("its signature is not base64url");
  return Parts{.header = TRY(object_of(token.substr(0, first), "header")),
               .message = token.substr(0, second),
               .payload = token.substr(first + 1, second - first - 1),
               .signature = std::move(*signature)};
}

// Only what is meant to be an access token, where it says what it is (RFC 9068, section 4; RFC
// 8725, section 3.11).
bool is_accepted_type(const Json& header) {
  if (!header.contains("typ")) return true;
  auto type = text_member(header, "typ").value_or("");
  std::ranges::transform(type, type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return type == "at+jwt" || type == "application/at+jwt" || type == "jwt";
}

// No extension is understood here, so none that must be is accepted (RFC 7515, section 4.1.11).
Result<const Algorithm*> check_header(const Json& header) {
  const auto* algorithm = find_algorithm(text_member(header, "alg").value_or(""));
  if (algorithm == nullptr) return refused("its signature algorithm is not accepted");
  if (header.contains("crit")) return refused("its header has a critical extension");
  if (!is_accepted_type(header)) return refused("its type is not that of an access token");
  if (header.contains("kid") && !text_member(header, "kid"))
    return refused("the key that its header names is no text");
  return algorithm;
}

Result<void> check_signature(const Parts& parts, const Algorithm& algorithm, const Jwks& keys) {
  const auto id = text_member(parts.header, "kid").value_or("");
  const auto candidates = keys.candidates(algorithm, id);
  const bool good = std::ranges::any_of(candidates, [&](const Jwk* jwk) {
    return is_signed(parts.message, parts.signature, algorithm, jwk->key);
  });
  if (good) return {};
  if (candidates.empty() || id.empty()) {
    return Error{ErrorKind::NotFound,
                 "access token: it is signed by none of the keys that its issuer publishes"};
  }
  return refused("its signature is wrong");
}

bool has_audience(const Json& claims, const std::string& audience) {
  const auto member = claims.find("aud");
  if (member == claims.end()) return false;
  if (!member->is_array()) return *member == audience;
  return std::ranges::all_of(*member, [](const Json& one) { return one.is_string(); }) &&
         std::ranges::find(*member, Json(audience)) != member->end();
}

// Whole or broken seconds since 1970 (RFC 7519, section 2); nothing for anything else.
std::optional<double> time_of(const Json& claims, const char* name) {
  const auto member = claims.find(name);
  if (member == claims.end() || !member->is_number()) return std::nullopt;
  const auto seconds = member->get<double>();
  return std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

Result<void> check_times(const Json& claims, std::chrono::sys_seconds now) {
  const auto here = static_cast<double>(now.time_since_epoch().count());
  const auto leeway = static_cast<double>(kLeeway.count());
  const auto expiry = time_of(claims, "exp");
  if (!expiry) return refused("it does not say when it expires");
  if (here - leeway >= *expiry) return refused("it has expired");
  for (const char* name : {"nbf", "iat"}) {
    if (!claims.contains(name)) continue;
    const auto time = time_of(claims, name);
    if (!time) return refused(fmt::format("its {} is no time", name));
    if (*time > here + leeway) return refused(fmt::format("its {} is in the future", name));
  }
  return {};
}

Result<void> check_claims(const Json& claims, const Expected& expected,
                          std::chrono::sys_seconds now) {
  if (text_member(claims, "iss") != expected.issuer)
    return refused("it is of another issuer than the one configured");
  if (!has_audience(claims, expected.audience))
    return refused("it is for another audience than this server");
  return check_times(claims, now);
}

Result<std::string> subject_of(const Json& claims) {
  const char* name = claims.contains("sub") ? "sub" : "client_id";
  auto subject = text_member(claims, name).value_or("");
  if (subject.empty()) return refused("it does not say whose it is (sub or client_id)");
  if (subject.size() > kMaxSubjectBytes || visible_line(subject) != subject)
    return refused(fmt::format("its {} is not one line of text", name));
  return subject;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    if (space > 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return words;
}

// `scope` is of RFC 8693, section 4.2; `scp` is what Okta and Microsoft write.
Result<std::vector<std::string>> scopes_of(const Json& claims) {
  const char* name = claims.contains("scope") ? "scope" : "scp";
  const auto member = claims.find(name);
  if (member == claims.end()) return std::vector<std::string>();
  if (member->is_string()) return words_of(member->get<std::string>());
  const bool is_list = member->is_array() && std::string_view(name) == "scp" &&
                       std::ranges::all_of(*member, [](const Json& s) { return s.is_string(); });
  if (!is_list) return refused(fmt::format("its {} is no list of scopes", name));
  return member->get<std::vector<std::string>>();
}

}  // namespace

Result<Claims> verify(std::string_view token, const Jwks& keys, const Expected& expected,
                      std::chrono::sys_seconds now) {
  const auto parts = TRY(parts_of(token));
  const auto* algorithm = TRY(check_header(parts.header));
  TRY(check_signature(parts, *algorithm, keys));
  const auto claims = TRY(object_of(parts.payload, "payload"));
  TRY(check_claims(claims, expected, now));
  auto subject = TRY(subject_of(claims));
  auto scopes = TRY(scopes_of(claims));
  return Claims{.subject = std::move(subject), .scopes = std::move(scopes)};
}

}  // namespace lightfast::auth
