#include "auth/https_fetch.h"

#include <httplib.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>

#include <spdlog/fmt/fmt.h>

#include "auth/jwks.h"

namespace lightfast::auth {
namespace {

using namespace std::chrono_literals;

using Authorities = std::shared_ptr<X509_STORE>;

constexpr std::size_t kMaxUrlBytes = 2048;
constexpr auto kTimeout = 5s;    // of a connection and of each read
constexpr auto kDeadline = 15s;  // of a whole body
constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Error invalid(std::string message) { return {ErrorKind::InvalidArgument, std::move(message)}; }

bool is_plain(char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return value > 0x20 && value < 0x7F && byte != '\\' && byte != '"' && byte != '#';
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::optional<std::uint16_t> port_of(const std::string& digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, failed] = std::from_chars(digits.data(), end, port);
  return failed == std::errc() && stop == end && port != 0 ? std::optional(port) : std::nullopt;
}

// Sets host and port from `HOST`, `HOST:PORT` or `[HOST]:PORT`; false when it is none of them.
bool set_authority(FetchUrl& url, std::string_view authority) {
  const auto host_end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  if (authority.starts_with('[')) {
    if (host_end == std::string_view::npos) return false;
    url.host = authority.substr(1, host_end - 1);
    authority.remove_prefix(host_end + 1);
  } else {
    url.host = authority.substr(0, host_end);
    authority.remove_prefix(std::min(url.host.size(), authority.size()));
  }
  if (url.host.empty() || url.host.contains('@')) return false;
  if (authority.empty()) return true;
  const auto port =
      authority.starts_with(':') ? port_of(std::string(authority.substr(1))) : std::nullopt;
  if (port) url.port = *port;
  return port.has_value();
}

// ---- Authorities.

Result<Authorities> read_authorities(const std::filesystem::path& ca_file) {
  Authorities store(::X509_STORE_new(), ::X509_STORE_free);
  // Without the system's there are fewer authorities, which a failed fetch says by itself.
  const char* chosen = std::getenv(::X509_get_default_cert_file_env());
  ::X509_STORE_load_file(store.get(), chosen != nullptr ? chosen : kSystemAuthorities);
  const bool own = ca_file.empty() || ::X509_STORE_load_file(store.get(), ca_file.c_str()) == 1;
  ::ERR_clear_error();
  if (own) return store;
  return invalid(fmt::format(
      "reading certificate authorities in '{}': no PEM file that can be read", ca_file.string()));
}

// ---- One request.

// What came of a body so far, and why no more was taken.
class Body {
 public:
  explicit Body(const std::stop_token& stop) : stop_(stop) {}

  bool accept(const httplib::Response& answer) {
    if (answer.status != 200) problem_ = fmt::format("the answer has status {}", answer.status);
    return problem_.empty();
  }

  bool take(const char* bytes, std::size_t size) {
    if (content_.size() + size > kMaxJwksBytes)
      problem_ = fmt::format("the answer is larger than {} bytes", kMaxJwksBytes);
    if (std::chrono::steady_clock::now() > deadline_) problem_ = "the answer takes too long";
    if (stop_.stop_requested()) problem_ = "the server ends";
    if (problem_.empty()) content_.append(bytes, size);
    return problem_.empty();
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  std::string release() { return std::move(content_); }

 private:
  const std::stop_token& stop_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + kDeadline;
  std::string content_;
  std::string problem_;
};

std::unique_ptr<httplib::ClientImpl> make_client(const FetchUrl& url,
                                                 const Authorities& authorities) {
  if (!url.encrypted) return std::make_unique<httplib::ClientImpl>(url.host, url.port);
  auto client = std::make_unique<httplib::SSLClient>(url.host, url.port);
  ::X509_STORE_up_ref(authorities.get());
  client->set_ca_cert_store(authorities.get());  // which it owns one reference to
  client->enable_server_certificate_verification(true);
  return client;
}

Error not_fetched(std::string_view why) { return {ErrorKind::Unavailable, std::string(why)}; }

Result<std::string> fetch(const FetchUrl& url, const Authorities& authorities,
                          const std::stop_token& stop) {
  const auto client = make_client(url, authorities);
  client->set_connection_timeout(kTimeout);
  client->set_read_timeout(kTimeout);
  client->set_write_timeout(kTimeout);
  client->set_follow_location(false);
  client->set_decompress(false);
  client->set_url_encode(false);
  const std::stop_callback end_early(stop, [&client] { client->stop(); });
  Body body(stop);
  const auto result = client->Get(
      url.path, {{"Accept", "application/json"}, {"Accept-Encoding", "identity"}},
      [&body](const httplib::Response& answer) { return body.accept(answer); },
      [&body](const char* bytes, std::size_t size) { return body.take(bytes, size); });
  ::ERR_clear_error();
  if (!body.problem().empty()) return not_fetched(body.problem());
  if (!result) return not_fetched(httplib::to_string(result.error()));
  return body.release();
}

}  // namespace

Result<FetchUrl> parse_fetch_url(std::string_view text) {
  const auto fail = [text](std::string_view why) {
    return invalid(fmt::format("URL '{}': {}", text.substr(0, kMaxUrlBytes), why));
  };
  if (text.size() > kMaxUrlBytes || !std::ranges::all_of(text, is_plain))
    return invalid("a URL is too long, or has spaces, a fragment or strange characters in it");
  FetchUrl url;
  url.encrypted = text.starts_with("https://");
  if (!url.encrypted && !text.starts_with("http://")) return fail("use https://");
  url.port = url.encrypted ? 443 : 80;
  text.remove_prefix(text.find("://") + 3);
  const auto authority = text.substr(0, text.find_first_of("/?"));
  if (authority.contains('@')) return invalid("a URL may not hold a user or password");
  if (!set_authority(url, authority)) return fail("it has no valid host and port");
  if (!url.encrypted && !is_loopback(url.host))
    return fail("only the loopback may go without TLS; use https://");
  const auto path = text.substr(authority.size());
  url.path = path.starts_with('/') ? path : std::string("/").append(path);
  return url;
}

Result<Fetch> make_https_fetch(const std::filesystem::path& ca_file) {
  auto authorities = TRY(read_authorities(ca_file));
  return Fetch(
      [authorities](const std::string& url, const std::stop_token& stop) -> Result<std::string> {
        const auto doing = fmt::format("fetching '{}'", url);
        const auto parsed = TRY(parse_fetch_url(url));
        if (stop.stop_requested()) return not_fetched("the server ends").during(doing);
        try {
          return fetch(parsed, authorities, stop).during(doing);
        } catch (const std::exception& error) {
          return not_fetched(error.what()).during(doing);
        }
      });
}

}  // namespace lightfast::auth
