#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/source.h"

using lightfast::ErrorKind;
using lightfast::repo::check_branch;
using lightfast::repo::LocalPath;
using lightfast::repo::parse_remote_url;
using lightfast::repo::parse_source;
using lightfast::repo::RemoteUrl;
using lightfast::repo::Scheme;
using lightfast::repo::Source;

TEST_CASE("https URLs, loopback http URLs and paths are sources") {
  struct Case {
    std::string text;
    Source source;
  };
  const auto url = [](const std::string& text, bool encrypted, const std::string& host,
                      std::uint16_t port) {
    return Source(RemoteUrl{.text = text,
                            .scheme = encrypted ? Scheme::Https : Scheme::Http,
                            .host = host,
                            .port = port});
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

TEST_CASE("ssh URLs and git's short form of them are sources, in one form") {
  struct Case {
    std::string given, text, user, host;
    std::uint16_t port;
    std::string path;
  };
  const Case cases[] = {
      {"ssh://git@github.com/acme/.lightfast.git", "ssh://git@github.com/acme/.lightfast.git",
       "git", "github.com", 22, "/acme/.lightfast.git"},
      {"ssh://Git.Example/x", "ssh://git@git.example/x", "git", "git.example", 22, "/x"},
      {"ssh://me@h:22/x", "ssh://me@h/x", "me", "h", 22, "/x"},
      {"ssh://me_1.x-y@h:2222/~you/a+b_c", "ssh://me_1.x-y@h:2222/~you/a+b_c", "me_1.x-y", "h",
       2222, "/~you/a+b_c"},
      {"ssh://[2001:DB8::1]:29418/x", "ssh://git@[2001:db8::1]:29418/x", "git", "2001:db8::1",
       29418, "/x"},
      {"ssh://[::1]/x", "ssh://git@[::1]/x", "git", "::1", 22, "/x"},
      {"git@github.com:acme/x.git", "ssh://git@github.com/~/acme/x.git", "git", "github.com", 22,
       "/~/acme/x.git"},
      {"git.example:x", "ssh://git@git.example/~/x", "git", "git.example", 22, "/~/x"},
      {"me@h:/srv/x.git", "ssh://me@h/srv/x.git", "me", "h", 22, "/srv/x.git"},
      {"git@git.sr.ht:~me/x", "ssh://git@git.sr.ht/~me/x", "git", "git.sr.ht", 22, "/~me/x"},
  };
  for (const auto& [given, text, user, host, port, path] : cases) {
    INFO(given);
    const RemoteUrl expected{.text = text,
                             .scheme = Scheme::Ssh,
                             .user = user,
                             .host = host,
                             .port = port,
                             .path = path};
    const auto parsed = parse_source(given);
    REQUIRE(parsed.has_value());
    CHECK(*parsed == Source(expected));
    CHECK(parse_remote_url(text) == expected);
  }
}

TEST_CASE("ssh sources that a shell or an option parser could misread are refused") {
  struct Case {
    std::string text;
    std::string says;
  };
  const Case cases[] = {
      {"ssh://git:s3cret@host/x", "LIGHTFAST_SSH_KEY_FILE"},
      {"git:s3cret@host:x", "path"},
      {"ssh://-oProxyCommand=x/y", "host"},
      {"ssh://git@-oProxyCommand/y", "host"},
      {"-oProxyCommand=x:y", "host"},
      {"ssh://-l@host/x", "user"},
      {"ssh://a;b@host/x", "user"},
      {"ssh://a@b@host/x", "user"},
      {"ssh://@host/x", "user"},
      {"ssh://git@ho$t/x", "host"},
      {"ssh://git@h%41/x", "host"},
      {"ssh:///x", "host"},
      {":x", "host"},
      {"ssh://git@host", "path"},
      {"ssh://git@host/", "path"},
      {"ssh://git@host/~/", "path"},
      {"git@host:", "path"},
      {"git@host:-x", "path"},
      {"ssh://git@host/~/--upload-pack=x", "path"},
      {"ssh://git@host/a'b", "path"},
      {"git@host:a';touch${IFS}x;'", "path"},
      {"ssh://git@host/a%27b", "path"},
      {"ssh://git@host/a`b", "path"},
      {"ssh://git@host/$(a)", "path"},
      {"ssh://git@host/a!b", "path"},
      {"ssh://git@host/a?b", "path"},
      {"ssh://git@host/a#b", "path"},
      {"ssh://git@host/\xC3\xA4", "path"},
      {"ssh://git@host/a b", "spaces"},
      {"ssh://git@host/a\x1B", "control"},
      {"ssh://git@host:0/x", "port"},
      {"ssh://git@host:ssh/x", "port"},
      {"ssh://git@host/" + std::string(2048, 'x'), "longer"},
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

TEST_CASE("other sources are refused with what to do instead, and without their secrets") {
  struct Case {
    std::string text;
    std::string says;
  };
  const Case cases[] = {
      {"", "no repository is given"},
      {"file:///srv/repo", "by its path, without file://"},
      {"git://host/x", "not supported: use an https:// URL"},
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
