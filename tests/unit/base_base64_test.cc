#include <string>

#include <catch2/catch.hpp>

#include "base/base64.h"

namespace lightfast {
namespace {

TEST_CASE("base64 is as in the RFC", "[base64]") {  // RFC 4648, section 10
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 takes every byte", "[base64]") {
  using namespace std::string_view_literals;
  CHECK(base64("\0\xFF\xFE"sv) == "AP/+");
}

TEST_CASE("base64 for URLs has its own two characters and no padding", "[base64]") {
  using namespace std::string_view_literals;
  CHECK(base64url("").empty());
  CHECK(base64url("f") == "Zg");
  CHECK(base64url("fo") == "Zm8");
  CHECK(base64url("foo") == "Zm9v");
  CHECK(base64url("\xFF\xEF\xBE"sv) == "_---");
  CHECK(base64url("\3\xEC\xFF\xE0\xC1"sv) == "A-z_4ME");  // RFC 7515, appendix C
}

TEST_CASE("what base64 for URLs makes comes back", "[base64]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(base64url_decoded(base64url(bytes)) == bytes);
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST_CASE("base64 for URLs is read strictly", "[base64]") {
  const auto text = GENERATE(as<std::string>{}, "Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v\n", " Zm9v",
                             "Zm+v", "Zm/v", "Zh", "Zm9", "Z\xC3\xA4g",  // stray bits: `Zg` is f
                             std::string("Zm9\0", 4));
  CAPTURE(text);
  CHECK_FALSE(base64url_decoded(text).has_value());
}

}  // namespace
}  // namespace lightfast
