#include <map>
#include <string>

#include <catch2/catch.hpp>

#include "tools/ingest/github.h"

namespace lightfast::ingest {
namespace {

// The example of GitHub's own documentation.
constexpr const char* kSecret = "It's a Secret to Everybody";
constexpr const char* kBody = "Hello, World!";
constexpr const char* kSignature =
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

// What is read of a body with these headers.
std::expected<GitHubDelivery, Refusal> read(
    const std::string& body, std::map<std::string, std::string, std::less<>> headers) {
  const Posted posted{.org = {}, .body = body, .header = [&headers](std::string_view name) {
                        const auto found = headers.find(name);
                        return found == headers.end() ? std::string() : found->second;
                      }};
  return read_github(posted, {kSecret});
}

TEST_CASE("what is not signed is not looked at") {
  const auto refused = read(kBody, {{"X-GitHub-Delivery", "1"}, {"X-GitHub-Event", "push"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 401);
}

TEST_CASE("what is signed and no payload is a bad request") {
  const auto refused = read(kBody, {{"X-Hub-Signature-256", kSignature},
                                    {"X-GitHub-Delivery", "1"},
                                    {"X-GitHub-Event", "push"}});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == 400);
}

}  // namespace
}  // namespace lightfast::ingest
