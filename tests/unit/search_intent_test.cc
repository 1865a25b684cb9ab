#include <chrono>
#include <optional>
#include <string>

#include <catch2/catch.hpp>

#include "tools/search/intent.h"

namespace lightfast::search {
namespace {

using Kind = Intent::Kind;

const Moment kNow = parse_moment("2026-03-10T12:00:00Z").value();
const Moment kOldest = parse_moment("2026-01-01").value();

Intent intent(const std::string& query) { return intent_of({.query = query}, false, kNow); }

TEST_CASE("the words of a question tell what kind it is", "[search]") {
  struct Case {
    const char* query;
    Kind kind;
    bool is_list = false, wants_open = false;
  };
  const auto [query, kind, is_list, wants_open] = GENERATE(values<Case>({
      {"retry uploads after 503", Kind::Open},
      {"open pull requests", Kind::Now, true, true},
      {"show all open PRs", Kind::Now, true, true},
      {"latest deployments", Kind::Now, true},
      {"what was deployed today?", Kind::Now, true},
      {"what changed today", Kind::Now, true},
      {"recent pull requests about retries", Kind::Now},
      {"close the open file", Kind::Now, false, true},
      {"how did we handle the outage", Kind::History},
      {"last deployment", Kind::Now, true},
      {"the last release of web", Kind::Now},
      {"when was the last time we moved Postgres", Kind::Open},
      {"outages in the last two years", Kind::Open},
      {"the last name of a user", Kind::Open},
      {"Why is the latest release broken", Kind::History},
      {"deployments last year", Kind::History},
      {"whyever", Kind::Open},
      {"", Kind::Open},
  }));
  CAPTURE(query);
  const auto found = intent(query);
  CHECK(found.kind == kind);
  CHECK(found.is_list == is_list);
  CHECK(found.wants_open == wants_open);
}

TEST_CASE("the kinds of events that a question names are told", "[search]") {
  CHECK(intent("latest pull request").kinds == std::vector<std::string>{"pull_request"});
  CHECK(intent("open issues and PRs").kinds == std::vector<std::string>{"issue", "pull_request"});
}

TEST_CASE("a handle is a lookup, whatever else is said", "[search]") {
  const auto found = intent_of({.query = "#142"}, true, kNow);
  CHECK(found.kind == Kind::Lookup);
  CHECK_FALSE(found.is_list);
}

bool asks(const contract::SearchRequest& request, const std::optional<Moment>& oldest = kOldest) {
  const auto found = intent_of(request, false, kNow);
  const auto route = route_of(found, request, oldest);
  CHECK_FALSE(route.why.empty());
  return route.asks_memory;
}

TEST_CASE("what is within the local time is asked for locally alone", "[search]") {
  CHECK(asks({.query = "retry uploads"}));
  CHECK_FALSE(asks({.query = "latest deployments"}));
  CHECK_FALSE(asks({.query = "retries since 2026-02-01"}));
  CHECK_FALSE(asks({.query = "retries yesterday"}));
  CHECK_FALSE(asks({.query = "retries", .after = kNow}));
}

TEST_CASE("what goes back further, or asks why, is asked for in both", "[search]") {
  CHECK(asks({.query = "latest deployments of 2024"}));
  CHECK(asks({.query = "how did we get the latest release out"}));
  CHECK(asks({.query = "last year"}));
  CHECK(asks({.query = "RSA 2048 key rotation"}));  // no time
  CHECK(asks({.query = "two months ago"}));
  CHECK_FALSE(asks({.query = "two months ago"}, parse_moment("2024-01-01").value()));
  CHECK(asks({.query = "latest", .after = parse_moment("2025-06-01")}));
  CHECK(asks({.query = "latest", .before = kOldest}));
  CHECK_FALSE(asks({.query = "latest", .before = kNow}));
  CHECK(asks({.query = "what happened today"}, std::nullopt));
}

}  // namespace
}  // namespace lightfast::search
