// Who may ask: which names a server answers to, from which web pages it may be called, and whose
// word is taken for where a request comes from. Values and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"

namespace lightfast::http {

// A URL's host in lower case, IPv6 without brackets, and the port if one is given.
struct Authority {
  std::string host;
  std::string port;  // empty: none given
  bool operator==(const Authority&) const = default;
};

// `host`, `host:port`, `[::1]:port`. Nothing when it is none.
std::optional<Authority> parse_authority(std::string_view text);

// `https://host:port`, as the Origin header has it (RFC 6454, 6.2); nothing for another form.
struct Origin {
  std::string scheme;
  Authority authority;
  bool operator==(const Origin&) const = default;
};
std::optional<Origin> parse_origin(std::string_view text);

// localhost, 127.0.0.0/8 and ::1.
bool is_loopback_host(std::string_view host);

// Against DNS rebinding (MCP, Streamable HTTP, security): a page that made a name of its own lead
// here still names itself in Host and Origin.
class AccessRules {
 public:
  struct Options {
    std::string listen_host;  // as in Authority
    std::string public_url;
    std::vector<std::string> hosts, origins;
  };
  // InvalidArgument when one of `options` is not of its form.
  static Result<AccessRules> create(const Options& options);

  // Why `request` is refused, for the one who sent it; nothing when it may be served. A server on
  // loopback answers to loopback's names; another to its own name and to addresses, which no page
  // can rebind.
  [[nodiscard]] std::optional<std::string> refusal(const Request& request) const;

  // Whether `origin` is allowed by itself, not by being of this machine.
  [[nodiscard]] bool is_listed_origin(std::string_view origin) const;

 private:
  [[nodiscard]] bool is_known_host(const Authority& host) const;
  [[nodiscard]] bool is_known_origin(const Origin& origin) const;

  bool is_loopback_ = true;
  std::vector<Authority> hosts_;
  std::vector<Origin> origins_;
};

// Proxies whose X-Forwarded-For is believed.
class TrustedProxies {
 public:
  // Addresses, or networks such as `10.0.0.0/8`. InvalidArgument names the one that is neither.
  static Result<TrustedProxies> create(const std::vector<std::string>& networks);

  // Where `request` comes from: its peer, or, behind trusted proxies, the last address before them.
  [[nodiscard]] std::string client_of(const Request& request) const;

 private:
  struct Network {
    std::string bytes;  // 16, IPv4 mapped
    unsigned bits = 0;
  };
  [[nodiscard]] bool holds(std::string_view address) const;
  std::vector<Network> networks_;
};

}  // namespace lightfast::http
