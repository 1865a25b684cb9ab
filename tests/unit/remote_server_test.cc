#include "tools/remote/remote_server.h"

#include <string>

#include <catch2/catch.hpp>

#include "temp_directory.h"

namespace lightfast::remote {
namespace {

TEST_CASE("a key that cannot stand in a header is refused and not repeated", "[remote_server]") {
  const auto key =
      GENERATE(as<std::string>{}, "secret ", " secret", "sec ret", "secret\n", "secret\r\nX: y",
               "secret\x7f", "secret\xc3\xa4", std::string("secret\0", 7), std::string(20000, 's'));
  const auto server = RemoteServer::create({.base_url = "https://host", .api_key = key});
  REQUIRE_FALSE(server);
  CHECK(server.error().kind == ErrorKind::InvalidArgument);
  CHECK_THAT(server.error().message, !Catch::Contains("secret") && Catch::Contains("API key"));
}

TEST_CASE("API keys, access tokens and none are taken", "[remote_server]") {
  const auto key = GENERATE(as<std::string>{}, "", "sk-lf-abc_DEF-123",
                            "eyJhbGciOi.J9+/~=.x==", std::string(4000, 't'));
  CHECK(RemoteServer::create({.base_url = "https://host", .api_key = key}));
}

TEST_CASE("a file without certificates is refused", "[remote_server]") {
  const test::TempDirectory here;
  const auto empty = here.with_file("empty.pem", "nothing\n");
  for (const auto& file : {empty, here / "missing"}) {
    const auto server = RemoteServer::create({.base_url = "https://host", .ca_file = file});
    REQUIRE_FALSE(server);
    CHECK_THAT(server.error().message,
               Catch::Contains("LIGHTFAST_CA_FILE") && Catch::Contains(file.string()));
  }
}

}  // namespace
}  // namespace lightfast::remote
