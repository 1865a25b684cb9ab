#include "base/base_url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <spdlog/fmt/fmt.h>

namespace lightfast {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpPort = 80;

Error invalid(std::string message) { return {ErrorKind::InvalidArgument, std::move(message)}; }

bool is_alphanumeric(char byte) { return std::isalnum(static_cast<unsigned char>(byte)) != 0; }

// `pchar` and `/` of RFC 3986, section 3.3.
bool is_of_path(char byte) {
  return is_alphanumeric(byte) ||
         std::string_view("/-._~%!$&'()*+,;=:@").find(byte) != std::string_view::npos;
}

bool is_of_name(char byte) { return is_alphanumeric(byte) || byte == '-' || byte == '.'; }

bool is_of_ipv6(char byte) {
  return std::isxdigit(static_cast<unsigned char>(byte)) != 0 || byte == ':' || byte == '.';
}

std::string lower(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return small;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Result<std::uint16_t> parse_port(const std::string& digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failed] = std::from_chars(digits.data(), end, port);
  if (failed != std::errc() || stop != end || port == 0)
    return invalid("the port must be a number from 1 to 65535");
  return port;
}

struct Authority {
  std::string_view host;
  std::string_view port;  // empty: none is given
};

Result<Authority> split_bracketed(std::string_view text) {
  const auto close = std::min(text.find(']'), text.size() - 1);
  const auto host = text.substr(1, close - 1);
  const auto rest = text.substr(close + 1);
  const bool good = text[close] == ']' && !host.empty() && std::ranges::all_of(host, is_of_ipv6) &&
                    (rest.empty() || rest[0] == ':');
  if (!good) return invalid("the host is not an IPv6 address in brackets");
  return Authority{host, rest.empty() ? rest : rest.substr(1)};
}

Result<Authority> split_authority(std::string_view text, std::string_view place_of_key) {
  if (text.find('@') != std::string_view::npos) {
    return invalid(fmt::format("there is a user name or password in the URL; the key belongs in {}",
                               place_of_key));
  }
  if (text.starts_with('[')) return split_bracketed(text);
  const auto colon = std::min(text.find(':'), text.size());
  const auto host = text.substr(0, colon);
  if (host.empty() || host.starts_with('-') || !std::ranges::all_of(host, is_of_name))
    return invalid("there is no valid host in the URL; give it as https://HOST");
  return Authority{host, text.substr(std::min(colon + 1, text.size()))};
}

Result<std::string> path_prefix(std::string_view text) {
  if (!std::ranges::all_of(text, is_of_path))
    return invalid("the path holds characters that a URL may not have");
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

Result<BaseUrl> parse(std::string_view text, std::string_view place_of_key) {
  if (text.size() > kMaxUrlBytes) return invalid("the URL is longer than 2048 bytes");
  const auto scheme = lower(text.substr(0, std::min(text.find("://"), text.size())));
  if (scheme != "https" && scheme != "http")
    return invalid("use a URL such as https://lightfast.example.com");
  const auto rest = text.substr(scheme.size() + 3);
  if (rest.find_first_of("?#") != std::string_view::npos)
    return invalid("leave the query and the fragment (? and #) out of the URL");
  const auto slash = std::min(rest.find('/'), rest.size());
  const Authority authority = TRY(split_authority(rest.substr(0, slash), place_of_key));
  BaseUrl url{.encrypted = scheme == "https",
              .host = lower(authority.host),
              .port = scheme == "https" ? kHttpsPort : kHttpPort};
  if (!authority.port.empty()) url.port = TRY(parse_port(std::string(authority.port)));
  if (!url.encrypted && !is_loopback(url.host)) {
    return invalid(fmt::format(
        "plain http to '{}' is refused, because the API key would travel in clear; use https:// "
        "(http:// is for a server on this machine)",
        url.host));
  }
  url.path = TRY(path_prefix(rest.substr(slash)));
  return url;
}

}  // namespace

std::string BaseUrl::authority() const {
  const auto name = host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
  return port == (encrypted ? kHttpsPort : kHttpPort) ? name : fmt::format("{}:{}", name, port);
}

std::string BaseUrl::text() const {
  return fmt::format("{}://{}{}", encrypted ? "https" : "http", authority(), path);
}

Result<BaseUrl> parse_base_url(std::string_view text, const UrlSetting& setting) {
  auto url = parse(text, setting.place_of_key).during(fmt::format("--{}", setting.name));
  if (!url) url.error().field = setting.name;
  return url;
}

}  // namespace lightfast
