// The address of a remote repository, in its parts. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

struct RemoteUrl {
  std::string text;  // as it was given
  bool encrypted = true;
  std::string host;  // lower case, without the brackets of an IPv6 address
  std::uint16_t port = 443;

  bool operator==(const RemoteUrl&) const = default;
};

// Takes https URLs, and http URLs whose host is the loopback. InvalidArgument says what is wrong,
// without repeating a secret: a URL with a user or a password in it is refused, for it would end in
// logs.
Result<RemoteUrl> parse_remote_url(std::string_view text);

}  // namespace lightfast::repo
