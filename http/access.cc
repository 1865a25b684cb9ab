#include "http/access.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::http {
namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
  return small;
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), port);
  return failed == std::errc() && end == text.end() && port <= 65535;
}

bool is_host_byte(unsigned char c) {
  return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
}

// The 16 bytes of an IPv6 address, of an IPv4 one in its mapped form (RFC 4291, 2.5.5.2).
std::optional<std::string> address_bytes(std::string_view address) {
  const std::string text(address);
  std::string bytes(16, '\0');
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return bytes;
  bytes.replace(10, 2, "\xff\xff");
  if (::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool is_address(std::string_view host) { return address_bytes(host).has_value(); }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view default_port(const Origin& origin) {
  if (!origin.authority.port.empty()) return origin.authority.port;
  return origin.scheme == "https" ? "443" : "80";
}

bool is_same(const Origin& a, const Origin& b) {
  return a.scheme == b.scheme && a.authority.host == b.authority.host &&
         default_port(a) == default_port(b);
}

Error not_of_form(std::string_view option, std::string_view value, std::string_view form) {
  return {ErrorKind::InvalidArgument,
          fmt::format("{}: '{}' is not {}", option, visible_line(value), form)};
}

// The scheme and authority of a URL.
std::optional<Origin> origin_of_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  return parse_origin(url.substr(0, url.find_first_of("/?#", scheme + 3)));
}

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  Authority authority;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    authority.host = lower(text.substr(1, end - 1));
    text.remove_prefix(end + 1);
    if (!text.empty() && text[0] != ':') return std::nullopt;
    if (authority.host.find(':') == std::string::npos) return std::nullopt;
  } else {
    authority.host = lower(text.substr(0, text.find(':')));
    text.remove_prefix(authority.host.size());
  }
  if (!text.empty()) authority.port = text.substr(1);
  const bool fits = !authority.host.empty() && std::ranges::all_of(authority.host, is_host_byte);
  if (!fits || (!text.empty() && !is_port(authority.port))) return std::nullopt;
  return authority;
}

std::optional<Origin> parse_origin(std::string_view text) {
  const auto end = text.find("://");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  auto authority = parse_authority(text.substr(end + 3));
  if (!authority) return std::nullopt;
  return Origin{lower(text.substr(0, end)), *std::move(authority)};
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && is_address(host);
}

Result<AccessRules> AccessRules::create(const Options& options) {
  AccessRules rules;
  rules.is_loopback_ = is_loopback_host(options.listen_host);
  rules.hosts_.push_back({options.listen_host, ""});
  for (const auto& host : options.hosts) {
    auto authority = parse_authority(host);
    if (!authority) return not_of_form("--allowed-host", host, "a name such as ai.example.com");
    rules.hosts_.push_back(*std::move(authority));
  }
  for (const auto& origin : options.origins) {
    auto parsed = parse_origin(origin);
    if (!parsed) return not_of_form("--allowed-origin", origin, "of the form https://example.com");
    rules.origins_.push_back(*std::move(parsed));
  }
  if (!options.public_url.empty()) {
    auto own = origin_of_url(options.public_url);
    if (!own || (own->scheme != "https" && own->scheme != "http"))
      return not_of_form("--public-url", options.public_url, "of the form https://example.com");
    rules.hosts_.push_back(own->authority);
    rules.origins_.push_back(*std::move(own));
  }
  return rules;
}

// A host without a port is known at any.
bool AccessRules::is_known_host(const Authority& host) const {
  if (is_loopback_ ? is_loopback_host(host.host) : is_address(host.host)) return true;
  return std::ranges::any_of(hosts_, [&](const Authority& known) {
    return known.host == host.host && (known.port.empty() || known.port == host.port);
  });
}

bool AccessRules::is_known_origin(const Origin& origin) const {
  const bool is_web = origin.scheme == "http" || origin.scheme == "https";
  if (is_loopback_ && is_web && is_loopback_host(origin.authority.host)) return true;
  return std::ranges::any_of(origins_, [&](const Origin& known) { return is_same(known, origin); });
}

bool AccessRules::is_listed_origin(std::string_view origin) const {
  const auto parsed = parse_origin(origin);
  return parsed && is_known_origin(*parsed);
}

std::optional<std::string> AccessRules::refusal(const Request& request) const {
  if (request.headers.contains("Host")) {
    const auto named = request.headers.value("Host");
    const auto host = parse_authority(named);
    if (!host || !is_known_host(*host)) {
      return fmt::format(
          "this server does not answer to the Host '{}'; if it should, start it with "
          "--allowed-host or --public-url",
          visible_line(named));
    }
  }
  if (request.headers.contains("Origin")) {
    const auto named = request.headers.value("Origin");
    if (!is_listed_origin(named)) {
      return fmt::format(
          "web pages of '{}' may not call this server; if they should, start it with "
          "--allowed-origin",
          visible_line(named));
    }
  }
  return std::nullopt;
}

Result<TrustedProxies> TrustedProxies::create(const std::vector<std::string>& networks) {
  constexpr unsigned kMappedBits = 96;
  constexpr unsigned kAllBits = 128;
  TrustedProxies proxies;
  for (const std::string_view network : networks) {
    const auto slash = network.find('/');
    const auto bytes = address_bytes(network.substr(0, slash));
    const bool is_v4 = network.substr(0, slash).find(':') == std::string_view::npos;
    unsigned bits = is_v4 ? kAllBits - kMappedBits : kAllBits;
    bool fits = bytes.has_value();
    if (slash != std::string_view::npos) {
      const auto length = network.substr(slash + 1);
      const unsigned most = bits;
      const auto [end, failed] = std::from_chars(length.begin(), length.end(), bits);
      fits = fits && failed == std::errc() && end == length.end() && bits <= most;
    }
    if (!fits)
      return not_of_form("--trusted-proxy", network, "an address or a network like 10.0.0.0/8");
    proxies.networks_.push_back({*bytes, is_v4 ? bits + kMappedBits : bits});
  }
  return proxies;
}

bool TrustedProxies::holds(std::string_view address) const {
  const auto bytes = address_bytes(address);
  if (!bytes) return false;
  return std::ranges::any_of(networks_, [&](const Network& network) {
    for (unsigned bit = 0; bit < network.bits; ++bit) {
      const auto mask = static_cast<unsigned char>(0x80U >> (bit % 8));
      const auto differs = static_cast<unsigned char>((*bytes)[bit / 8] ^ network.bytes[bit / 8]);
      if ((differs & mask) != 0) return false;
    }
    return true;
  });
}

// From the right, where the proxies that are trusted have written: what is further left, anyone may
// have.
std::string TrustedProxies::client_of(const Request& request) const {
  std::string client = request.peer;
  auto forwarded = request.headers.value("X-Forwarded-For");
  std::string_view rest = forwarded;
  while (!rest.empty() && holds(client)) {
    const auto comma = rest.rfind(',');
    const auto hop = trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    if (!is_address(hop)) break;
    client = hop;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(0, comma);
  }
  return client;
}

}  // namespace lightfast::http
