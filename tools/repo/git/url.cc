#include "tools/repo/git/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <spdlog/fmt/fmt.h>

namespace lightfast::repo {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;

Error invalid(std::string message) {
  return {ErrorKind::InvalidArgument, std::move(message), "repo"};
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  const bool dotted = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return dotted && host.starts_with("127.");
}

bool is_plain(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value > 0x20 && value != 0x7F && byte != '\\' && byte != '"';
}

Result<std::uint16_t> parse_port(const std::string& digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failed] = std::from_chars(digits.data(), end, port);
  if (failed != std::errc() || stop != end || port == 0)
    return invalid("the port of the repository URL is not a number");
  return port;
}

struct Authority {
  std::string_view host;
  std::string_view port;  // empty: the default
};

Result<Authority> split_authority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return invalid("the repository URL has an unclosed '['");
    const auto rest = authority.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return invalid("the repository URL has no valid host");
    return Authority{authority.substr(1, close - 1), rest.empty() ? rest : rest.substr(1)};
  }
  const auto colon = authority.find(':');
  if (colon == std::string_view::npos) return Authority{authority, {}};
  return Authority{authority.substr(0, colon), authority.substr(colon + 1)};
}

}  // namespace

Result<RemoteUrl> parse_remote_url(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return invalid("the repository URL is longer than 2048 bytes");
  if (!std::all_of(text.begin(), text.end(), is_plain)) {
    return invalid("the repository URL has spaces or control characters in it");
  }
  const bool encrypted = text.starts_with("https://");
  if (!encrypted && !text.starts_with("http://"))
    return invalid("a remote repository needs an https:// URL");
  const auto rest = text.substr(text.find("://") + 3);
  const auto authority_text = rest.substr(0, rest.find_first_of("/?#"));
  if (authority_text.find('@') != std::string_view::npos) {
    return invalid(
        "the repository URL holds a user or password; put the token in LIGHTFAST_REPO_TOKEN "
        "instead");
  }
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return invalid("the repository URL has a query or fragment, which git does not use");
  }
  const Authority authority = TRY(split_authority(authority_text));
  RemoteUrl url{
      .text = std::string(text), .encrypted = encrypted, .host = std::string(authority.host)};
  std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  if (url.host.empty()) return invalid("the repository URL has no host");
  if (!encrypted && !is_loopback(url.host)) {
    return invalid(fmt::format(
        "plain http to '{}' is refused, only the loopback may go without TLS; use https://",
        url.host));
  }
  url.port = encrypted ? 443 : 80;
  if (!authority.port.empty()) url.port = TRY(parse_port(std::string(authority.port)));
  return url;
}

}  // namespace lightfast::repo
