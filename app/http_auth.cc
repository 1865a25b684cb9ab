#include "app/http_auth.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/http_answers.h"
#include "base/text.h"

namespace lightfast {
namespace {

constexpr std::uint32_t kUsualRate = 1200;  // requests a minute
constexpr std::string_view kMetadataPath = "/.well-known/oauth-protected-resource";
constexpr std::uint16_t kHttps = 443;

Result<std::uint32_t> rate_of(const std::string& text) {
  if (text.empty()) return kUsualRate;
  std::uint32_t rate = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, rate);
  if (failed == std::errc() && end == last && rate <= auth::kMaxBurst) return rate;
  return Error{ErrorKind::InvalidArgument,
               fmt::format("--rate-limit: '{}' is not a number of requests a minute, 0 to {}",
                           visible_line(text), auth::kMaxBurst)};
}

std::uint16_t port_of(const std::string& url) {
  const auto origin = http::parse_origin(url.substr(0, url.find('/', url.find("://") + 3)));
  if (!origin) return kHttps;
  if (origin->authority.port.empty()) return origin->scheme == "http" ? 80 : kHttps;
  return static_cast<std::uint16_t>(std::stoul(origin->authority.port));
}

}  // namespace

// A quarter of a minute's requests may come at once.
HttpAuth::HttpAuth(auth::ApiKeys keys, std::uint32_t requests_per_minute)
    : keys_(std::move(keys)),
      known_keys_(keys_.known()),
      limiter_(requests_per_minute, std::max<std::uint32_t>(requests_per_minute / 4, 1)) {}

Result<std::unique_ptr<HttpAuth>> HttpAuth::create(const Settings& settings, bool is_loopback,
                                                   const std::string& public_url) {
  const auto& service = settings.service;
  const auto rate = TRY(rate_of(service.rate_limit));
  auto keys = TRY(auth::ApiKeys::open(settings.data_dir));
  std::unique_ptr<HttpAuth> made(new HttpAuth(std::move(keys), rate));
  made->proxies_ = TRY(http::TrustedProxies::create(service.trusted_proxies));
  made->set_lone_org(lone_org(settings));
  made->is_loopback_ = is_loopback;
  made->is_proxied_ = !service.public_url.empty() || !service.trusted_proxies.empty();
  made->is_told_open_ = service.open;
  made->public_url_ = public_url;
  if (!made->lone_org_ && (service.open || !service.oauth_issuer.empty())) {
    return Error{ErrorKind::InvalidArgument,
                 "several organisations are told apart by their API keys: --open and "
                 "--oauth-issuer are for one"};
  }
  if (!service.oauth_issuer.empty()) TRY(made->accept_tokens(settings));
  const bool has_way_in = service.open || made->tokens_ || made->known_keys_->any_ever_created();
  if (!is_loopback && !has_way_in) {
    return Error{
        ErrorKind::InvalidArgument,
        "other machines can reach this address, and there is no API key yet: create one "
        "with `lightfast keys create`, or give --oauth-issuer, or --open to serve everyone"};
  }
  return made;
}

Result<void> HttpAuth::accept_tokens(const Settings& settings) {
  const auto& service = settings.service;
  const auto& audience = service.oauth_audience.empty() ? public_url_ : service.oauth_audience;
  tokens_ = TRY(auth::TokenVerifier::open({.issuer = service.oauth_issuer,
                                           .audience = audience,
                                           .jwks_url = service.oauth_jwks_url,
                                           .ca_file = settings.ca_file,
                                           .org = *lone_org_}));
  metadata_ = {{"resource", public_url_},
               {"authorization_servers", Json::array({service.oauth_issuer})},
               {"scopes_supported", Json::array({auth::kReadsContext})},
               {"bearer_methods_supported", Json::array({"header"})},
               {"resource_name", "Lightfast"}};
  connect_ports_ = {port_of(service.oauth_issuer)};
  if (!service.oauth_jwks_url.empty()) connect_ports_.push_back(port_of(service.oauth_jwks_url));
  // The issuer's own document may say that its keys are at another host.
  connect_ports_.push_back(kHttps);
  return {};
}

void HttpAuth::start() {
  if (tokens_) tokens_->start();
}

bool HttpAuth::is_open() const {
  if (!lone_org_) return false;
  if (is_told_open_) return true;
  return is_loopback_ && !tokens_ && !known_keys_->any_ever_created();
}

// Whose key or token it is. A key that is not there is told from none by nothing.
Result<auth::Principal> HttpAuth::identify(const std::string& presented) {
  if (auto principal = known_keys_->find(presented)) return *std::move(principal);
  const bool is_token = tokens_ && !presented.empty() && !presented.starts_with(auth::kKeyPrefix);
  if (is_token) return tokens_->verify(presented);
  return Error{ErrorKind::PermissionDenied, "the API key or token is missing, unknown or revoked"};
}

std::optional<http::Response> HttpAuth::limit(const http::Request& request,
                                              const std::string& name) {
  const auto wait = limiter_.take(name, auth::RateLimiter::Clock::now());
  if (!wait) return std::nullopt;
  ++limited_;
  return error_answer(
      Error{.kind = ErrorKind::LimitExceeded,
            .message = fmt::format("too many requests; try again in {} s", wait->count()),
            .retry_after = *wait},
      request.id);
}

// RFC 6750, section 3; RFC 9728, section 5.1.
http::Response HttpAuth::refuse(const http::Request& request, std::string_view code,
                                const std::string& scope, const std::string& why) {
  ++refused_;
  if (auto limited = limit(request, "address " + client_of(request))) return *std::move(limited);
  const bool is_scope = code == "insufficient_scope";
  std::string challenge = R"(Bearer realm="lightfast")";
  if (!code.empty()) challenge += fmt::format(R"(, error="{}")", code);
  if (is_scope || code.empty()) challenge += fmt::format(R"(, scope="{}")", scope);
  if (!metadata_.is_null())
    challenge += fmt::format(R"(, resource_metadata="{}{}")", public_url_, kMetadataPath);
  auto answer = error_answer(is_scope ? 403 : 401, why);
  answer.headers.add("WWW-Authenticate", std::move(challenge));
  return answer;
}

std::expected<auth::Principal, http::Response> HttpAuth::admit(const http::Request& request,
                                                               const std::string& scope,
                                                               const std::string& other) {
  if (is_open()) {
    if (!is_loopback_) {
      if (auto limited = limit(request, "address " + client_of(request)))
        return std::unexpected(*std::move(limited));
    }
    return auth::Principal{.id = "", .org = *lone_org_, .scopes = {scope}};
  }
  const auto presented = http::bearer_token(request);
  const auto principal = identify(presented);
  if (!principal && principal.error().kind == ErrorKind::Unavailable)
    return std::unexpected(error_answer(principal.error(), request.id));
  if (!principal) {
    return std::unexpected(refuse(request, presented.empty() ? "" : "invalid_token", scope,
                                  principal.error().message));
  }
  if (auto limited = limit(request, "caller " + principal->id))
    return std::unexpected(*std::move(limited));
  if (!principal->may(scope) && !principal->may(other)) {
    return std::unexpected(refuse(request, "insufficient_scope", scope,
                                  fmt::format("the token does not carry the scope {}", scope)));
  }
  return *principal;
}

}  // namespace lightfast
