#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/base64.h"
#include "tools/ingest/senders.h"

namespace lightfast::ingest {
namespace {

using namespace std::chrono_literals;
using Headers = std::map<std::string, std::string, std::less<>>;

constexpr Time kNow{1'772'366'400'000ms};
const std::string secret = "the secret";

std::string hmac(std::string_view body) {
  std::array<unsigned char, 32> digest{};
  unsigned length = digest.size();
  ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &length);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::string hex(const std::string& bytes) {
  return fmt::format("{:02x}",
                     fmt::join(std::vector<unsigned char>(bytes.begin(), bytes.end()), ""));
}

std::expected<Genuine, Refusal> read(std::string_view sender, const std::string& body,
                                     const Headers& headers, Time now = kNow) {
  const Posted posted{.org = {}, .body = body, .header = [&headers](std::string_view name) {
                        const auto found = headers.find(name);
                        return found == headers.end() ? std::string() : found->second;
                      }};
  return find_sender(sender)->read(posted, {secret}, now);
}

std::string linear_body(Time sent) {
  return R"({"type": "Issue", "action": "update", "webhookTimestamp": )" +
         std::to_string(sent.time_since_epoch().count()) + "}";
}

TEST_CASE("a delivery of Linear's may be sent again for some hours, and is one") {
  const auto at = [](Time sent) {
    const auto body = linear_body(sent);
    return read("linear", body,
                {{"Linear-Signature", hex(hmac(body))}, {"Linear-Delivery", "d-1"}});
  };
  const auto taken = at(kNow - 7h - 2min);
  REQUIRE(taken);
  CHECK(taken->id == "d-1");
  CHECK(taken->event == "issue.update");
  CHECK(at(kNow + 1min));
  CHECK(at(kNow - 9h).error().status == 401);
  CHECK(at(kNow + 10min).error().status == 401);
  const std::string without = R"({"type": "Issue"})";
  CHECK(read("linear", without, {{"Linear-Signature", hex(hmac(without))}}).error().status == 400);
}

TEST_CASE("a delivery of Sentry's is known by its request, of what it says by its resource") {
  const std::string body = R"({"action": "created"})";
  const auto taken = read("sentry", body,
                          {{"Sentry-Hook-Signature", hex(hmac(body))},
                           {"Sentry-Hook-Resource", "issue"},
                           {"Request-ID", "r-1"}});
  REQUIRE(taken);
  CHECK(taken->id == "r-1");
  CHECK(taken->event == "issue.created");
  CHECK(taken->kind == "issue");
}

TEST_CASE("what has no id is known by its bytes") {
  const std::string body = R"({"action": "created"})";
  const Headers headers = {{"Sentry-Hook-Signature", hex(hmac(body))}};
  CHECK(read("sentry", body, headers)->id == read("sentry", body, headers)->id);
  CHECK(read("sentry", body, headers)->id.size() == 32);
}

TEST_CASE("a generic delivery must be signed within five minutes") {
  const std::string body = R"({"type": "deal.won"})";
  const auto at = [&body](std::string prefix, std::chrono::seconds sent) {
    const auto time = std::to_string(sent.count());
    return read("generic", body,
                {{prefix + "-id", "msg_1"},
                 {prefix + "-timestamp", time},
                 {prefix + "-signature", "v1," + base64(hmac("msg_1." + time + "." + body))}});
  };
  constexpr auto kSeconds =
      std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch());
  const auto taken = at("webhook", kSeconds);
  REQUIRE(taken);
  CHECK(taken->id == "msg_1");
  CHECK(taken->event == "deal.won");
  CHECK(at("svix", kSeconds));
  CHECK(at("webhook", kSeconds - 299s));
  CHECK(at("webhook", kSeconds - 301s).error().status == 401);
  CHECK(at("webhook", kSeconds + 301s).error().status == 401);
  CHECK(at("webhook", 0s).error().status == 401);
}

TEST_CASE("what is not signed is looked at by none") {
  for (const auto* const sender : {"github", "vercel", "linear", "sentry", "generic", "webhook"}) {
    CAPTURE(sender);
    CHECK(read(sender, "{", {}).error().status == 401);
  }
  CHECK(find_sender("gitlab") == nullptr);
}

TEST_CASE("what is signed and no object is a bad request") {
  for (const std::string body : {"{", "[]", "7", "\"\xff\""}) {
    CAPTURE(body);
    CHECK(read("sentry", body, {{"Sentry-Hook-Signature", hex(hmac(body))}}).error().status == 400);
  }
}

}  // namespace
}  // namespace lightfast::ingest
