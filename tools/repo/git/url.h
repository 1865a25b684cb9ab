// The address of a remote repository, in its parts. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lightfast::repo {

enum class Scheme { Http, Https, Ssh };

struct RemoteUrl {
  std::string text;  // as it was given; over ssh in one form: ssh://USER@HOST[:PORT]/PATH
  Scheme scheme = Scheme::Https;
  std::string user = {};  // over ssh alone
  std::string host;       // lower case, without the brackets of an IPv6 address
  std::uint16_t port = 443;
  std::string path = {};  // over ssh alone, with its first slash; below the user's home: `/~/...`

  bool operator==(const RemoteUrl&) const = default;
};

// Takes https URLs, http URLs whose host is the loopback, and ssh URLs. InvalidArgument says what
// is wrong, without repeating a secret: a URL with a password, or over https a user, in it is
// refused, for it would end in logs. What an ssh URL is made of ends in a command line on the host,
// so that only the characters that hosts use are taken.
Result<RemoteUrl> parse_remote_url(std::string_view text);

// Takes `[USER@]HOST:PATH`, git's short form of an ssh URL.
Result<RemoteUrl> parse_scp_like(std::string_view text);

}  // namespace lightfast::repo
