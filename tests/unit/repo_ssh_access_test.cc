#include <string>

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "tools/repo/git/ssh_access.h"

namespace lightfast::repo {
namespace {

constexpr const char* kAddress = "ssh://git@git.example:2222/x";

std::string pinned_key() { return std::string("\0\0\0\x0Bssh-ed25519\0\0\0\x04", 19) + "four"; }

RemoteUrl url_of(const std::string& text) {
  auto url = parse_remote_url(text);
  REQUIRE(url.has_value());
  return *url;
}

RemoteSource source_of(const std::string& text) {
  return {.url = text,
          .known_hosts = fmt::format("[git.example]:2222 ssh-ed25519 {}\n", base64(pinned_key()))};
}

TEST_CASE("a path below the home goes to the host without a tilde where that can be said") {
  struct Case {
    std::string text, address;
  };
  for (const auto& [text, address] :
       {Case{"ssh://git@h/~/acme/x.git", "git@h:acme/x.git"},
        Case{"ssh://git@h:2222/~/x", "ssh://git@h:2222/~/x"},
        Case{"ssh://git@[::1]/~/x", "ssh://git@[::1]/~/x"}, Case{"ssh://git@h/x", "ssh://git@h/x"},
        Case{"ssh://git@h/~me/x", "ssh://git@h/~me/x"}}) {
    const auto url = url_of(text);
    const auto source = source_of(text);
    CHECK(SshAccess(url, source).address() == address);
  }
}

TEST_CASE("the key is given once, to the host that proved itself, for the address asked for") {
  const auto url = url_of(kAddress);
  const auto source = source_of(kAddress);
  SshAccess trusted(url, source);
  CHECK(trusted.trusts(pinned_key(), ""));
  CHECK(trusted.gives_key(kAddress, true));
  CHECK_FALSE(trusted.gives_key(kAddress, true));

  SshAccess not_asked_yet(url, source);
  CHECK_FALSE(not_asked_yet.gives_key(kAddress, true));

  SshAccess elsewhere(url, source);
  CHECK(elsewhere.trusts(pinned_key(), ""));
  CHECK_FALSE(elsewhere.gives_key("ssh://git@git.example:2222/y", true));

  SshAccess without_keys(url, source);
  CHECK(without_keys.trusts(pinned_key(), ""));
  CHECK_FALSE(without_keys.gives_key(kAddress, false));

  SshAccess deceived(url, source);
  CHECK_FALSE(deceived.trusts(pinned_key() + "x", "0123456789"));
  CHECK_FALSE(deceived.gives_key(kAddress, true));
  const auto error = deceived.failure(-1, "whatever the library says");
  CHECK(error.kind == ErrorKind::PermissionDenied);
  CHECK_THAT(error.message, Catch::Contains("has changed") &&
                                Catch::Contains("ssh-ed25519 SHA256:MDEyMzQ1Njc4OQ"));
}

TEST_CASE("a host that shows no key is not trusted") {
  const auto url = url_of(kAddress);
  const auto source = source_of(kAddress);
  SshAccess access(url, source);
  CHECK_FALSE(access.trusts("", ""));
  CHECK_FALSE(access.gives_key(kAddress, true));
}

}  // namespace
}  // namespace lightfast::repo
