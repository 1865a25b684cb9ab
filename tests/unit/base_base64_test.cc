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

}  // namespace
}  // namespace lightfast
