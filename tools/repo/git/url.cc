#include "tools/repo/git/url.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <spdlog/fmt/fmt.h>

namespace lightfast::repo {
namespace {

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr std::string_view kSsh = "ssh://";
constexpr std::uint16_t kSshPort = 22;

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

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char byte) { return static_cast<char>(std::tolower(byte)); });
  return lower;
}

Result<void> check_characters(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return invalid("the repository URL is longer than 2048 bytes");
  if (std::all_of(text.begin(), text.end(), is_plain)) return {};
  return invalid("the repository URL has spaces or control characters in it");
}

// ---- ssh.

bool is_made_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](unsigned char byte) {
    return (byte < 0x80 && std::isalnum(byte) != 0) ||
           more.find(static_cast<char>(byte)) != std::string_view::npos;
  });
}

bool is_name(std::string_view text) {
  return !text.empty() && !text.starts_with('-') && is_made_of(text, "._-");
}

bool is_ssh_host(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  if (!is_ipv6) return is_name(host);
  return host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

// git-upload-pack is given the path as one word, which must not look like an option.
bool is_ssh_path(std::string_view path) {
  const auto word = path.starts_with("/~/") ? path.substr(3) : path;
  return !word.empty() && word != "/" && !word.starts_with('-') && is_made_of(path, "._-/~+");
}

Result<void> check_ssh_parts(const RemoteUrl& url) {
  if (!is_name(url.user)) {
    return invalid(
        "the user of an ssh repository has other characters than letters, digits, '.', '_' and "
        "'-', or begins with '-'");
  }
  if (!is_ssh_host(url.host)) {
    return invalid(
        "the host of an ssh repository is missing or has other characters than letters, digits, "
        "'.', '_' and '-', or begins with '-' (an IPv6 address: ssh://[ADDRESS]/PATH)");
  }
  if (is_ssh_path(url.path)) return {};
  return invalid(
      "the path of an ssh repository is missing or has other characters than letters, digits, '.', "
      "'_', '-', '/', '~' and '+', or begins with '-'");
}

std::string ssh_text(const RemoteUrl& url) {
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  const auto host = is_ipv6 ? fmt::format("[{}]", url.host) : url.host;
  const auto port = url.port == kSshPort ? std::string() : fmt::format(":{}", url.port);
  return fmt::format("{}{}@{}{}{}", kSsh, url.user, host, port, url.path);
}

Result<RemoteUrl> parse_ssh_url(std::string_view text) {
  const auto rest = text.substr(kSsh.size());
  const auto authority_text = rest.substr(0, rest.find('/'));
  const auto at = authority_text.rfind('@');
  const bool names_user = at != std::string_view::npos;
  const auto user = names_user ? authority_text.substr(0, at) : "git";
  if (user.find(':') != std::string_view::npos) {
    return invalid(
        "the repository URL holds a password; over ssh a key is used, see LIGHTFAST_SSH_KEY_FILE");
  }
  const Authority authority =
      TRY(split_authority(names_user ? authority_text.substr(at + 1) : authority_text));
  RemoteUrl url{.text = {},
                .scheme = Scheme::Ssh,
                .user = std::string(user),
                .host = lower_case(authority.host),
                .port = kSshPort,
                .path = std::string(rest.substr(authority_text.size()))};
  if (!authority.port.empty()) url.port = TRY(parse_port(std::string(authority.port)));
  TRY(check_ssh_parts(url));
  url.text = ssh_text(url);
  return url;
}

// ---- https.

Result<RemoteUrl> parse_web_url(std::string_view text) {
  const bool encrypted = text.starts_with("https://");
  if (!encrypted && !text.starts_with("http://"))
    return invalid("a remote repository needs an https:// or ssh:// URL");
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
  RemoteUrl url{.text = std::string(text),
                .scheme = encrypted ? Scheme::Https : Scheme::Http,
                .host = lower_case(authority.host)};
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

}  // namespace

Result<RemoteUrl> parse_remote_url(std::string_view text) {
  TRY(check_characters(text));
  return text.starts_with(kSsh) ? parse_ssh_url(text) : parse_web_url(text);
}

Result<RemoteUrl> parse_scp_like(std::string_view text) {
  TRY(check_characters(text));
  const auto colon = text.find(':');
  const auto path = text.substr(std::min(colon, text.size() - 1) + 1);
  // A path that does not begin with a slash or a user's home is below the own home: git(1).
  std::string_view before = "/~/";
  if (path.starts_with('/')) before = "";
  if (path.starts_with('~')) before = "/";
  return parse_ssh_url(fmt::format("{}{}{}{}", kSsh, text.substr(0, colon), before, path));
}

}  // namespace lightfast::repo
