#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tools/ingest/signatures.h"

namespace lightfast::ingest {
namespace {

constexpr const char* kEvent = R"({"id":"evt_1","type":"deployment.created"})";

struct Vector {
  Hash hash;
  std::string secret, body, signature;
};

// Published by the providers, or computed by other programs.
const std::vector<Vector> vectors = {
    {Hash::Sha256, "It's a Secret to Everybody", "Hello, World!",
     "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
    {Hash::Sha1, "It's a Secret to Everybody", "Hello, World!",
     "01dc10d0c83e72ed246219cdd91669667fe2ca59"},
    {Hash::Sha1, "vercel_secret", kEvent, "507ece7ec831710c18e18adfcb8bbc1aed96db76"},
    {Hash::Sha256, "linear_secret", kEvent,
     "90c43116c7a56d368924b906552167bfe42a980fe6045d13edb3abcada083d0c"},
};

TEST_CASE("the known signatures are right, and no others") {
  for (const auto& [hash, secret, body, signature] : vectors) {
    CHECK(is_signed(hash, body, signature, {secret}));
    CHECK(is_signed(hash, body, signature, {"another", secret}));
    CHECK_FALSE(is_signed(hash, body, signature, {}));
    CHECK_FALSE(is_signed(hash, body, signature, {"another"}));
    CHECK_FALSE(is_signed(hash, body + " ", signature, {secret}));
    CHECK_FALSE(is_signed(hash, body, "", {secret}));
    CHECK_FALSE(is_signed(hash, body, signature + "0", {secret}));
    CHECK_FALSE(
        is_signed(hash == Hash::Sha1 ? Hash::Sha256 : Hash::Sha1, body, signature, {secret}));
    for (std::size_t i = 0; i < signature.size(); ++i) {
      auto flipped = signature;
      flipped[i] = static_cast<char>(flipped[i] ^ 1);
      CHECK_FALSE(is_signed(hash, body, flipped, {secret}));
    }
  }
}

struct Standard {
  std::string secret;
  StandardParts parts;
  std::string signature;
};

const std::vector<Standard> standards = {
    {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
     {.id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
      .timestamp = "1614265330",
      .body = R"({"test": 2432232314})"},
     "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
    {"whsec_plJ3nmyCDGBKInavdOK15jsl",
     {.id = "msg_loFOjxBNrRLzqYUf",
      .timestamp = "1731705121",
      .body = R"({"event_type":"ping","data":{"success":true}})"},
     "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="},
};

TEST_CASE("the signatures of Standard Webhooks are right, among several, too") {
  for (const auto& [secret, parts, signature] : standards) {
    CHECK(is_signed(parts, signature, {secret}));
    CHECK(is_signed(parts, "v1,bm90IGl0 v1a,x " + signature, {"whsec_bm90IGl0", secret}));
    CHECK(is_signed(parts, signature, {secret.substr(6)}));  // without its mark
    CHECK_FALSE(is_signed(parts, signature, {"whsec_bm90IGl0"}));
    CHECK_FALSE(is_signed(parts, signature, {"whsec_not base64"}));
    CHECK_FALSE(is_signed(parts, "", {secret}));
    CHECK_FALSE(is_signed(parts, signature.substr(3), {secret}));
    CHECK_FALSE(is_signed(parts, "v2" + signature.substr(2), {secret}));
    auto later = parts;
    later.timestamp = "1614265331";
    CHECK_FALSE(is_signed(later, signature, {secret}));
    auto other = parts;
    other.id = "msg_";
    CHECK_FALSE(is_signed(other, signature, {secret}));
  }
}

TEST_CASE("no more than some signatures of one header are looked at") {
  const auto& [secret, parts, signature] = standards[0];
  std::string many;
  for (int i = 0; i < 16; ++i) many += "v1,x ";
  CHECK_FALSE(is_signed(parts, many + signature, {secret}));
}

TEST_CASE("a fingerprint is that of the bytes") {
  CHECK(fingerprint("") == "e3b0c44298fc1c149afbf4c8996fb924");
  CHECK(fingerprint("abc") != fingerprint("abd"));
}

}  // namespace
}  // namespace lightfast::ingest
