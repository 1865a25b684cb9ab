#include <catch2/catch.hpp>

#include "auth/shared_key.h"

namespace lightfast::auth {
namespace {

TEST_CASE("a shared key admits who has it", "[auth]") {
  const SharedKey key("secret");
  CHECK(key.is_needed());
  CHECK(key.admits("secret"));
  for (const auto* other : {"", "secre", "secret ", "Secret", "secretsecret"})
    CHECK_FALSE(key.admits(other));
}

TEST_CASE("without a key everyone is admitted", "[auth]") {
  const SharedKey none("");
  CHECK_FALSE(none.is_needed());
  CHECK(none.admits(""));
  CHECK(none.admits("anything"));
}

}  // namespace
}  // namespace lightfast::auth
