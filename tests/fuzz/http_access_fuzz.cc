// Whatever Host, Origin and X-Forwarded-For say, the rules answer; a loopback server lets nothing
// in that does not name loopback, and without trusted proxies the client is the peer.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/access.h"

namespace {

using namespace lightfast::http;

const AccessRules& loopback_rules() {
  static const auto kRules = AccessRules::create({"127.0.0.1", "", {}, {}});
  return *kRules;
}

const TrustedProxies& proxies() {
  static const auto kProxies = TrustedProxies::create({"127.0.0.0/8", "::1"});
  return *kProxies;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto authority = parse_authority(text);
  Request request{.id = {},
                  .method = "GET",
                  .target = "/",
                  .headers = {{"Host", text}},
                  .body = {},
                  .peer = "127.0.0.1"};
  const bool is_let_in = !loopback_rules().refusal(request);
  assert(is_let_in == (authority && is_loopback_host(authority->host)));
  request.headers = {{"Host", "localhost"}, {"Origin", text}};
  if (!loopback_rules().refusal(request))
    assert(is_loopback_host(parse_origin(text)->authority.host));
  request.headers = {{"X-Forwarded-For", text}};
  assert(!proxies().client_of(request).empty());
  assert(TrustedProxies().client_of(request) == request.peer);
  return 0;
}
