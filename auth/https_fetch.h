// Small documents from the web, fetched one at a time. Blocks on the network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::auth {

// The parts of a URL that is fetched.
struct FetchUrl {
  bool encrypted = true;
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 443;
  std::string path = "/";  // with the query

  bool operator==(const FetchUrl&) const = default;
};

// InvalidArgument for all but https URLs, and http URLs to the loopback; also for a user or a
// password in it, and a fragment.
Result<FetchUrl> parse_fetch_url(std::string_view text);

// Fetches the document at a URL: the body of an answer of status 200, at most kMaxJwksBytes of
// auth/jwks.h. Ends early when a stop is requested.
using Fetch = std::function<Result<std::string>(const std::string& url, const std::stop_token&)>;

// Fetches over TLS, verified against the system's authorities and those in `ca_file`, if one is
// named. Follows no redirects, waits 5 s for a connection and for each read, 15 s in all for a
// body. All authorities are read here, once; later only what finds addresses is opened (/etc/hosts,
// /etc/resolv.conf, /etc/nsswitch.conf and its libraries). InvalidArgument when `ca_file` cannot be
// used.
Result<Fetch> make_https_fetch(const std::filesystem::path& ca_file);

}  // namespace lightfast::auth
