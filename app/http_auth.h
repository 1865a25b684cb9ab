// Who may use a served Lightfast: the holders of API keys and of one issuer's access tokens, or
// everyone, where the server is open. On the HTTP server's thread; nothing here waits.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "app/settings.h"
#include "auth/api_keys.h"
#include "auth/principal.h"
#include "auth/rate_limiter.h"
#include "auth/token_verifier.h"
#include "base/json.h"
#include "base/result.h"
#include "http/access.h"
#include "http/message.h"

namespace lightfast {

class HttpAuth {
 public:
  // `public_url` is how clients name the server. InvalidArgument when the server would be open to
  // others than this machine without having been told so, and for options that cannot be used.
  static Result<std::unique_ptr<HttpAuth>> create(const Settings& settings, bool is_loopback,
                                                  const std::string& public_url);

  // Begins to fetch the issuer's keys, once the process is confined.
  void start();

  // Which organisation an open server is of; nothing: there are several, and nobody is served
  // without a key.
  void set_lone_org(const std::optional<OrgId>& org) { lone_org_ = org; }

  // Looks which keys there are now.
  void refresh() { known_keys_ = keys_.known(); }

  // Whether everyone is served; a key that is created later ends that, but for --open.
  [[nodiscard]] bool is_open() const;
  // Whether what tells of the server itself (metrics, OpenAPI) is for everyone: for who asks on
  // this machine, where no proxy asks for others.
  [[nodiscard]] bool shows_itself() const { return (is_loopback_ && !is_proxied_) || is_open(); }

  // Whose request it is, or the answer that refuses it: 401, 403 without `scope`, 429, 503. Whether
  // the organisation is served is not looked at. Where there is an `other` scope, it does as well.
  std::expected<auth::Principal, http::Response> admit(const http::Request& request,
                                                       const std::string& scope,
                                                       const std::string& other = {});

  // The address that `request` comes from, behind trusted proxies too.
  [[nodiscard]] std::string client_of(const http::Request& request) const {
    return proxies_.client_of(request);
  }

  // Where access tokens come from (RFC 9728); null when none are accepted.
  [[nodiscard]] const Json& resource_metadata() const { return metadata_; }

  // Ports of the hosts that keys are fetched from, for the process's confinement.
  [[nodiscard]] std::vector<std::uint16_t> connect_ports() const { return connect_ports_; }

  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t limited() const { return limited_; }

 private:
  HttpAuth(auth::ApiKeys keys, std::uint32_t requests_per_minute);

  Result<void> accept_tokens(const Settings& settings);
  Result<auth::Principal> identify(const std::string& presented);
  std::optional<http::Response> limit(const http::Request& request, const std::string& name);
  http::Response refuse(const http::Request& request, std::string_view code,
                        const std::string& scope, const std::string& why);

  auth::ApiKeys keys_;
  std::shared_ptr<const auth::KnownKeys> known_keys_;  // by the last look
  auth::RateLimiter limiter_;
  std::unique_ptr<auth::TokenVerifier> tokens_;  // null: none are accepted
  http::TrustedProxies proxies_;
  std::optional<OrgId> lone_org_;
  bool is_loopback_ = true;
  bool is_proxied_ = false;
  bool is_told_open_ = false;
  std::string public_url_;
  Json metadata_;
  std::vector<std::uint16_t> connect_ports_;
  std::uint64_t refused_ = 0, limited_ = 0;
};

}  // namespace lightfast
