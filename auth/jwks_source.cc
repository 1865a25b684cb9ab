#include "auth/jwks_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "auth/json_text.h"
#include "base/log.h"
#include "base/text.h"

namespace lightfast::auth {
namespace {

Result<std::string> discovered_url(const std::string& at, const std::string& issuer,
                                   const Fetch& fetch, const std::stop_token& stop) {
  const auto document = TRY(fetch(at, stop));
  return jwks_url_in(document, issuer).during(fmt::format("reading '{}'", at));
}

// From the first document that is about the issuer.
Result<std::string> find_jwks_url(const std::string& issuer, const Fetch& fetch,
                                  const std::stop_token& stop) {
  std::vector<std::string> problems;
  for (const auto& at : discovery_urls(issuer)) {
    auto found = discovered_url(at, issuer, fetch, stop);
    if (found) return found;
    problems.push_back(found.error().message);
  }
  return Error{ErrorKind::Unavailable, fmt::format("{}", fmt::join(problems, "; "))};
}

Result<Jwks> fetch_keys(const JwksOptions& options, const Fetch& fetch,
                        const std::stop_token& stop) {
  auto url = options.jwks_url;
  if (url.empty()) url = TRY(find_jwks_url(options.issuer, fetch, stop));
  const auto text = TRY(fetch(url, stop));
  return Jwks::parse(text).during(fmt::format("reading '{}'", url));
}

}  // namespace

std::vector<std::string> discovery_urls(std::string_view issuer) {
  while (issuer.ends_with('/')) issuer.remove_suffix(1);
  const auto scheme = issuer.find("://");
  const auto slash = scheme == std::string_view::npos ? scheme : issuer.find('/', scheme + 3);
  const auto host = issuer.substr(0, slash);
  const auto path = issuer.substr(host.size());
  return {fmt::format("{}/.well-known/openid-configuration", issuer),
          fmt::format("{}/.well-known/oauth-authorization-server{}", host, path)};
}

Result<std::string> jwks_url_in(std::string_view document, std::string_view issuer) {
  const auto metadata =
      document.size() <= kMaxJwksBytes ? json_object(document) : std::optional<Json>();
  if (!metadata) return Error{ErrorKind::InvalidArgument, "it is no JSON object"};
  if (text_member(*metadata, "issuer") != issuer)
    return Error{ErrorKind::InvalidArgument, "it is about another issuer"};
  auto url = text_member(*metadata, "jwks_uri");
  if (!url) return Error{ErrorKind::InvalidArgument, "it has no jwks_uri"};
  return std::move(*url);
}

JwksSource::JwksSource(JwksOptions options, Fetch fetch)
    : options_(std::move(options)), fetch_(std::move(fetch)) {}

void JwksSource::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Result<std::shared_ptr<const Jwks>> JwksSource::current() const {
  const std::lock_guard lock(mutex_);
  const bool too_old = keys_ && Clock::now() - fetched_at_ > options_.pace.keep;
  if (keys_ && !too_old) return keys_;
  return Error{ErrorKind::Unavailable,
               fmt::format("keys of issuer '{}' {}: {}", options_.issuer,
                           too_old ? "are too old" : "not fetched yet", problem_)};
}

void JwksSource::want_refresh() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  changed_.notify_all();
}

void JwksSource::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    refresh(stop);
    const auto ended = Clock::now();
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, ended + options_.pace.least_pause, [] { return false; });
    changed_.wait_until(lock, stop, ended + pause(), [this] { return wanted_; });
  }
}

void JwksSource::refresh(const std::stop_token& stop) {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = false;
  }
  auto fetched = fetch_keys(options_, fetch_, stop);
  if (stop.stop_requested()) return;
  const std::lock_guard lock(mutex_);
  if (!fetched) {
    ++failures_;
    problem_ = visible_line(fetched.error().message);
    log_for("auth").warn("keys not fetched issuer={} reason=\"{}\"", options_.issuer, problem_);
    return;
  }
  if (!keys_ || failures_ > 0 || keys_->size() != fetched->size())
    log_for("auth").info("keys fetched issuer={} usable={}", options_.issuer, fetched->size());
  keys_ = std::make_shared<const Jwks>(std::move(*fetched));
  fetched_at_ = Clock::now();
  failures_ = 0;
}

std::chrono::milliseconds JwksSource::pause() const {
  const auto& pace = options_.pace;
  if (failures_ == 0) return pace.every;
  return std::min(pace.every, pace.least_pause * (1 << std::min(failures_ - 1, 10)));
}

}  // namespace lightfast::auth
