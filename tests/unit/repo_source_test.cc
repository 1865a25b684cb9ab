#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/source.h"

using lightfast::ErrorKind;
using lightfast::repo::check_branch;
using lightfast::repo::LocalPath;
using lightfast::repo::parse_source;
using lightfast::repo::RemoteUrl;
using lightfast::repo::Source;

TEST_CASE("https URLs, loopback http URLs and paths are sources") {
  struct Case {
    std::string text;
    Source source;
  };
  const auto url = [](const std::string& text, bool encrypted, const std::string& host,
                      std::uint16_t port) {
    return Source(RemoteUrl{.text = text, .encrypted = encrypted, .host = host, .port = port});
  };
  const Case cases[] = {
      {"https://github.com/acme/.lightfast.git",
       url("https://github.com/acme/.lightfast.git", true, "github.com", 443)},
      {"https://Git.Example:8443/x", url("https://Git.Example:8443/x", true, "git.example", 8443)},
      {"https://[2001:db8::1]:8/x", url("https://[2001:db8::1]:8/x", true, "2001:db8::1", 8)},
      {"http://localhost:3000/x", url("http://localhost:3000/x", false, "localhost", 3000)},
      {"http://127.0.0.1/x", url("http://127.0.0.1/x", false, "127.0.0.1", 80)},
      {"http://[::1]/x", url("http://[::1]/x", false, "::1", 80)},
      {"/srv/repo", LocalPath{"/srv/repo"}},
      {"./with:colon", LocalPath{"./with:colon"}},
      {"repo", LocalPath{"repo"}},
  };
  for (const auto& [text, source] : cases) {
    INFO(text);
    const auto parsed = parse_source(text);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == source);
  }
}

TEST_CASE("other sources are refused with what to do instead, and without their secrets") {
  struct Case {
    std::string text;
    std::string says;
  };
  const Case cases[] = {
      {"", "no repository is given"},
      {"git@github.com:acme/x.git", "ssh are not supported"},
      {"ssh://git@github.com/x", "ssh are not supported"},
      {"file:///srv/repo", "by its path, without file://"},
      {"git://host/x", "not supported"},
      {"ext::sh -c evil", "not supported"},
      {"http://example.org/x", "use https://"},
      {"http://127.evil.example/x", "use https://"},
      {"http://localhost.evil.example/x", "use https://"},
      {"https://me:s3cret@host/x", "LIGHTFAST_REPO_TOKEN"},
      {"https://s3cret@host/x", "LIGHTFAST_REPO_TOKEN"},
      {"https://host/x?token=s3cret", "query"},
      {"https:///x", "no host"},
      {"https://host:0/x", "port"},
      {"https://host:99999/x", "port"},
      {"https://host:8x/x", "port"},
      {"https://[::1/x", "unclosed"},
      {"https://ho st/x", "spaces"},
      {"/a\nb", "line break"},
  };
  for (const auto& [text, says] : cases) {
    INFO(text);
    const auto parsed = parse_source(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().kind == ErrorKind::InvalidArgument);
    CHECK_THAT(parsed.error().message, Catch::Contains(says));
    CHECK_THAT(parsed.error().message, !Catch::Contains("s3cret"));
  }
}

TEST_CASE("branch names are what git allows") {
  for (const std::string good : {"", "main", "release/1.2", "Ünïcode"})
    CHECK(check_branch(good).has_value());
  for (const std::string bad :
       {"a..b", "a b", "/a", "a/", "a//b", "-x", "a~1", "a\nb", "a:b", "@{*"}) {
    INFO(bad);
    CHECK_FALSE(check_branch(bad).has_value());
  }
}
