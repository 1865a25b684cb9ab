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

TEST_CASE("the published signature is right, and no other") {
  CHECK(is_signed(kBody, kSignature, {kSecret}));
  CHECK(is_signed(kBody, kSignature, {"another", kSecret}));
  CHECK_FALSE(is_signed(kBody, kSignature, {}));
  CHECK_FALSE(is_signed(kBody, kSignature, {"another"}));
  CHECK_FALSE(is_signed("Hello, World", kSignature, {kSecret}));
  CHECK_FALSE(is_signed(kBody, "", {kSecret}));
  CHECK_FALSE(is_signed(kBody, std::string(kSignature) + "0", {kSecret}));
  CHECK_FALSE(is_signed(kBody, "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59", {kSecret}));
  for (std::size_t i = 0; i < std::string_view(kSignature).size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = kSignature;
      flipped[i] = static_cast<char>(static_cast<unsigned char>(flipped[i]) ^ (1U << bit));
      CHECK_FALSE(is_signed(kBody, flipped, {kSecret}));
    }
  }
}

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
