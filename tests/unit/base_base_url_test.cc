#include <string>

#include <catch2/catch.hpp>

#include "base/base_url.h"

namespace lightfast {
namespace {

struct Good {
  const char* text;
  BaseUrl url;
  const char* again;  // as messages have it
};

TEST_CASE("https URLs, and http URLs of this machine, are taken apart", "[base_url]") {
  const auto good = GENERATE(values<Good>({
      {"https://host", {true, "host", 443, ""}, "https://host"},
      {"https://host/", {true, "host", 443, ""}, "https://host"},
      {"https://host//", {true, "host", 443, ""}, "https://host"},
      {"HTTPS://Host.Example:8443/a/b/",
       {true, "host.example", 8443, "/a/b"},
       "https://host.example:8443/a/b"},
      {"https://host:443/x%20y", {true, "host", 443, "/x%20y"}, "https://host/x%20y"},
      {"https://[2001:DB8::1]:1/a", {true, "2001:db8::1", 1, "/a"}, "https://[2001:db8::1]:1/a"},
      {"https://10.0.0.1:65535", {true, "10.0.0.1", 65535, ""}, "https://10.0.0.1:65535"},
      {"http://localhost:4114", {false, "localhost", 4114, ""}, "http://localhost:4114"},
      {"http://127.0.0.1", {false, "127.0.0.1", 80, ""}, "http://127.0.0.1"},
      {"http://127.9.9.9:80/", {false, "127.9.9.9", 80, ""}, "http://127.9.9.9"},
      {"http://[::1]:4114", {false, "::1", 4114, ""}, "http://[::1]:4114"},
      {"https://host/a@b:c", {true, "host", 443, "/a@b:c"}, "https://host/a@b:c"},
  }));
  INFO(good.text);
  const auto url = parse_base_url(good.text);
  REQUIRE(url);
  CHECK(*url == good.url);
  CHECK(url->text() == good.again);
}

struct Bad {
  std::string text;
  const char* advice;
};

TEST_CASE("other URLs are refused with what to do, and no secret is repeated", "[base_url]") {
  const auto bad = GENERATE(values<Bad>({
      {"", "use a URL such as https://"},
      {"host", "use a URL such as https://"},
      {"ftp://host", "use a URL such as https://"},
      {"https:/host", "use a URL such as https://"},
      {"https://", "no valid host"},
      {"https:///x", "no valid host"},
      {"https://:443", "no valid host"},
      {"https://-host", "no valid host"},
      {"https://ho st", "no valid host"},
      {"https://host\\evil", "no valid host"},
      {"https://h\xC3\xB6st", "no valid host"},
      {std::string("https://ho\0st", 13), "no valid host"},
      {"https://[::1", "brackets"},
      {"https://[]", "brackets"},
      {"https://[", "brackets"},
      {"https://[host]", "brackets"},
      {"https://[::1]x", "brackets"},
      {"https://host:0", "from 1 to 65535"},
      {"https://host:65536", "from 1 to 65535"},
      {"https://host:4a", "from 1 to 65535"},
      {"https://host:-1", "from 1 to 65535"},
      {"https://secret@host", "LIGHTFAST_API_KEY"},
      {"https://user:secret@host", "LIGHTFAST_API_KEY"},
      {"https://host/?key=secret", "query"},
      {"https://host#secret", "fragment"},
      {"https://host/a b", "path"},
      {"https://host/a\r\nX: secret", "path"},
      {"http://host", "use https://"},
      {"http://10.0.0.1", "use https://"},
      {"http://127.0.0.1.example.com", "use https://"},
      {"http://localhost.example.com", "use https://"},
      {"http://0.0.0.0", "use https://"},
      {"https://host/" + std::string(3000, 'a'), "2048"},
  }));
  INFO(bad.text);
  const auto url = parse_base_url(bad.text);
  REQUIRE_FALSE(url);
  CHECK(url.error().kind == ErrorKind::InvalidArgument);
  CHECK_THAT(url.error().message, Catch::Contains(bad.advice) && Catch::StartsWith("--base-url: "));
  CHECK_THAT(url.error().message, !Catch::Contains("secret"));
}

}  // namespace
}  // namespace lightfast
