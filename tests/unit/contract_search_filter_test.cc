#include <catch2/catch.hpp>

#include "contract/search_filter.h"

namespace lightfast::contract {
namespace {

Moment at(const char* time) { return parse_moment(time).value(); }

const Filtered kMerged{.source = "github",
                       .type = "pull_request.merged",
                       .subject = "pr:acme/web#142",
                       .occurred_at = parse_moment("2026-03-01T12:00:00Z")};

TEST_CASE("a kind is a type, the beginning of one, or what it is about", "[contract]") {
  for (const auto* kind : {"pull_request.merged", "pull_request", "pr"})
    CHECK(is_of_kind(kMerged.type, kMerged.subject, {"other", kind}));
  for (const auto* kind : {"pull_request.opened", "merged", "p", ""})
    CHECK_FALSE(is_of_kind(kMerged.type, kMerged.subject, {kind}));
}

TEST_CASE("filters let through what has all that is asked for", "[contract]") {
  CHECK(passes({.query = "x"}, kMerged));
  CHECK(passes({.query = "x", .sources = {"linear", "github"}, .types = {"pr"}}, kMerged));
  CHECK_FALSE(passes({.query = "x", .sources = {"linear"}, .types = {"pr"}}, kMerged));
  CHECK_FALSE(passes({.query = "x", .types = {"issue"}}, kMerged));
}

TEST_CASE("times are from the first moment until before the last", "[contract]") {
  CHECK(passes({.query = "x", .after = at("2026-03-01T12:00:00Z")}, kMerged));
  CHECK_FALSE(passes({.query = "x", .after = at("2026-03-01T12:00:01Z")}, kMerged));
  CHECK(passes({.query = "x", .before = at("2026-03-01T12:00:01Z")}, kMerged));
  CHECK_FALSE(passes({.query = "x", .before = at("2026-03-01T12:00:00Z")}, kMerged));
}

TEST_CASE("what has no time is within none", "[contract]") {
  const Filtered timeless{.source = "wiki", .type = "page", .subject = "", .occurred_at = {}};
  CHECK(passes({.query = "x"}, timeless));
  CHECK_FALSE(passes({.query = "x", .after = at("2000-01-01")}, timeless));
  CHECK_FALSE(passes({.query = "x", .before = at("2100-01-01")}, timeless));
}

}  // namespace
}  // namespace lightfast::contract
