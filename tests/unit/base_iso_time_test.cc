#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "base/iso_time.h"

namespace lightfast {
namespace {

using namespace std::chrono_literals;

constexpr Moment kNoon = std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + 12h;

TEST_CASE("a moment is read in each form that ISO 8601 has for it", "[time]") {
  CHECK(parse_moment("2026-03-01T12:00:00Z") == kNoon);
  CHECK(parse_moment("2026-03-01T12:00:00.250Z") == kNoon + 250ms);
  CHECK(parse_moment("2026-03-01T12:00:00.2509999Z") == kNoon + 250ms);
  CHECK(parse_moment("2026-03-01T12:00:00.5Z") == kNoon + 500ms);
  CHECK(parse_moment("2026-03-01T12:00Z") == kNoon);
  CHECK(parse_moment("2026-03-01t13:30:00+01:30") == kNoon);
  CHECK(parse_moment("2026-03-01 07:00:00-0500") == kNoon);
  CHECK(parse_moment("2026-03-01") == kNoon - 12h);
  CHECK(parse_moment("2024-02-29") == std::chrono::sys_days(std::chrono::year(2024) / 2 / 29));
  CHECK(parse_moment("1969-12-31T23:59:59.999Z") == Moment(-1ms));
  CHECK(parse_moment("2026-06-30T23:59:60Z") == parse_moment("2026-07-01T00:00:00Z"));
}

TEST_CASE("what is no moment is none", "[time]") {
  const auto* const text =
      GENERATE("", "now", "2026", "2026-03", "2026-3-1", "2026-13-01", "2026-00-01", "2025-02-29",
               "2026-03-01T", "2026-03-01T12", "2026-03-01T12:00:00", "2026-03-01T24:00:00Z",
               "2026-03-01T12:60:00Z", "2026-03-01T12:00:61Z", "2026-03-01T12:00:00.Z",
               "2026-03-01T12:00:00Z ", "2026-03-01T12:00:00+24:00", "-026-03-01", "0000-01-01",
               "2026-03-01T-1:00:00Z", "99999-01-01", "0001-01-01T00:00:00+00:01",
               "9999-12-31T23:59:59-00:01", "2026-03-01T12:00:00ZZ", "+2026-03-01");
  CAPTURE(text);
  CHECK_FALSE(parse_moment(text).has_value());
}

TEST_CASE("a moment is written so that it can be read again", "[time]") {
  CHECK(moment_text(kNoon) == "2026-03-01T12:00:00Z");
  CHECK(moment_text(kNoon + 7ms) == "2026-03-01T12:00:00.007Z");
  CHECK(moment_text(Moment(-1ms)) == "1969-12-31T23:59:59.999Z");
  for (const auto moment : {kNoon, kNoon + 1ms, Moment(-62'135'596'800'000ms),
                            *parse_moment("1013-03-01"), *parse_moment("9999-12-31T23:59:59.999Z")})
    CHECK(parse_moment(moment_text(moment)) == moment);
}

}  // namespace
}  // namespace lightfast
