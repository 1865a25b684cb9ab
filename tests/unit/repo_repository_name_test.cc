#include <string>

#include <catch2/catch.hpp>

#include "tools/repo/repository_name.h"

namespace lightfast::repo {
namespace {

TEST_CASE("a repository's owner and name are the end of its URL", "[name]") {
  const auto* const url =
      GENERATE("https://github.com/acme/.lightfast", "https://github.com/acme/.lightfast.git/",
               "https://h:8443/group/acme/.lightfast", "http://u@h/acme/.lightfast",
               "ssh://git@h:22/acme/.lightfast.git", "git@h:acme/.lightfast");
  CAPTURE(url);
  CHECK(repository_name(url).value() == RepositoryName{"acme", ".lightfast"});
}

TEST_CASE("what has no owner has no name", "[name]") {
  const auto* const url = GENERATE("", "https://h", "https://h/", "https://h/a", "https://h//a",
                                   "git@h:a", "/", "a", "https://h/a/.git");
  CAPTURE(url);
  CHECK_FALSE(repository_name(url).has_value());
}

TEST_CASE("a host is told from user and port", "[name]") {
  CHECK(host_of("https://GitHub.com/acme/x") == "github.com");
  CHECK(host_of("https://u:p@h:8443/acme/x") == "h");
  CHECK(host_of("https://[::1]:8443/acme/x") == "::1");
  CHECK(host_of("git@h:acme/x") == "h");
}

TEST_CASE("an API is of its own host", "[name]") {
  CHECK(is_api_of("api.github.com", "github.com"));
  CHECK(is_api_of("git.acme.example", "git.acme.example"));
  CHECK_FALSE(is_api_of("api.github.com", "evil.example"));
  CHECK_FALSE(is_api_of("api.github.com", "hub.com"));
  CHECK_FALSE(is_api_of("github.com", "api.github.com"));
}

}  // namespace
}  // namespace lightfast::repo
