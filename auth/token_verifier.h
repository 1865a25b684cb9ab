// Accepts the access tokens of one issuer: the server as an OAuth 2.1 resource server. Any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "auth/jwks_source.h"
#include "auth/jwt.h"
#include "auth/principal.h"
#include "base/ids.h"
#include "base/result.h"

namespace lightfast::auth {

struct TokenOptions {
  std::string issuer;    // an https URL, which `iss` must be byte for byte
  std::string audience;  // what `aud` must name: this server's URL
  std::string jwks_url;  // where the issuer's keys are; empty: what its own document says
  std::filesystem::path ca_file = {};  // further certificate authorities; empty: none
  OrgId org;                           // whose tokens they are
};

class TokenVerifier {
 public:
  using Now = std::function<std::chrono::sys_seconds()>;

  // Reads the certificate authorities, so that nothing but the network is needed later: see
  // make_https_fetch(). InvalidArgument says which option cannot be used.
  static Result<std::unique_ptr<TokenVerifier>> open(const TokenOptions& options);

  // With the world's parts in the caller's hand.
  TokenVerifier(const TokenOptions& options, Fetch fetch, Now now, RefreshPace pace = {});

  // Begins to fetch keys, on a thread of its own. Once, when the process is confined.
  void start() { keys_.start(); }

  // Whose token it is; waits for nothing. Unavailable while there are no keys to check it with;
  // otherwise InvalidArgument or PermissionDenied, whose message names the check that failed and
  // repeats nothing of the token.
  Result<Principal> verify(std::string_view token);

 private:
  const Expected expected_;
  const OrgId org_;
  const Now now_;
  JwksSource keys_;
};

}  // namespace lightfast::auth
