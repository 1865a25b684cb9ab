#include "auth/token_verifier.h"

#include <utility>

#include <spdlog/fmt/fmt.h>

namespace lightfast::auth {
namespace {

Result<void> check(const TokenOptions& options) {
  TRY(parse_fetch_url(options.issuer).during("--oauth-issuer"));
  if (options.issuer.contains('?'))  // RFC 8414, section 2
    return Error{ErrorKind::InvalidArgument, "--oauth-issuer: an issuer has no query"};
  if (!options.jwks_url.empty()) TRY(parse_fetch_url(options.jwks_url).during("--oauth-jwks-url"));
  if (options.audience.empty())
    return Error{ErrorKind::InvalidArgument,
                 "--oauth-audience: say what the tokens for this server name in `aud`"};
  return {};
}

std::chrono::sys_seconds system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Result<std::unique_ptr<TokenVerifier>> TokenVerifier::open(const TokenOptions& options) {
  TRY(check(options));
  auto fetch = TRY(make_https_fetch(options.ca_file));
  return std::make_unique<TokenVerifier>(options, std::move(fetch), system_now);
}

TokenVerifier::TokenVerifier(const TokenOptions& options, Fetch fetch, Now now, RefreshPace pace)
    : expected_{.issuer = options.issuer, .audience = options.audience},
      org_(options.org),
      now_(std::move(now)),
      keys_({.issuer = options.issuer, .jwks_url = options.jwks_url, .pace = pace},
            std::move(fetch)) {}

Result<Principal> TokenVerifier::verify(std::string_view token) {
  const auto keys = TRY(keys_.current());
  auto claims = auth::verify(token, *keys, expected_, now_());
  if (!claims && claims.error().kind == ErrorKind::NotFound) {
    keys_.want_refresh();
    return Error{ErrorKind::PermissionDenied, claims.error().message};
  }
  auto good = TRY(std::move(claims));
  return Principal{.id = std::move(good.subject), .org = org_, .scopes = std::move(good.scopes)};
}

}  // namespace lightfast::auth
