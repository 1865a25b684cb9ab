#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "provider_events.h"
#include "provider_store.h"

namespace lightfast::providers {
namespace {

// The life of a pull request and of an issue, as GitHub and Linear tell it; some of it in one
// second.
std::vector<store::Event> told() {
  std::vector<store::Event> all;
  const auto add = [&all](const char* provider, const std::string& event, const std::string& text) {
    for (auto& each : test::events_of(provider, event, text)) all.push_back(std::move(each));
  };
  struct Step {
    const char *action, *at, *state, *more;
  };
  const std::vector<Step> steps = {
      {"opened", "10:00", "open", R"("labels": [], "assignees": [])"},
      {"labeled", "12:00", "open", R"("labels": [{"name": "bug"}], "assignees": [])"},
      {"assigned", "12:00", "open",
       R"("labels": [{"name": "bug"}], "assignees": [{"login": "ann"}])"},
      {"closed", "12:00", "closed", R"("labels": [{"name": "bug"}], "assignees": [])"},
      {"reopened", "13:00", "open", R"("labels": [{"name": "bug"}], "assignees": [])"},
      {"unlabeled", "13:30", "open", R"("labels": [], "assignees": [])"},
      {"edited", "13:40", "open", R"("body": "fixes #9", "labels": [])"}};
  for (const auto& [action, at, state, more] : steps) {
    const std::string time = std::string("\"2026-03-01T") + at + ":00Z\"";
    add("github", "pull_request",
        std::string(R"({"action": ")") + action +
            R"(", "label": {"name": "bug"}, "assignee": {"login": "ann"}, "changes": {"body": {"from":
            "fixes #7"}}, "repository": {"full_name": "acme/web"}, "pull_request": {"number": 142,
            "title": "Retry", "created_at": "2026-03-01T10:00:00Z", "state": ")" +
            state + "\", \"closed_at\": " + time + ", \"updated_at\": " + time + ", " + more +
            "}}");
  }
  for (const auto* const assignee : {"u-1", "u-2", "u-3"}) {
    add("linear", "",
        std::string(R"({"type": "Issue", "action": "update", "createdAt": "2026-03-01T12:00:0)") +
            assignee[2] + R"(.000Z", "data": {"id": "i", "identifier": "LIN-1", "title": "t",
            "state": {"type": "started"}, "assigneeId": ")" +
            assignee + R"("}, "updatedFrom": {"assigneeId": "u-)" +
            std::to_string(assignee[2] - '1') + "\"}}");
  }
  return all;
}

// What follows from events, as one text.
std::string projections(const std::vector<store::Event>& events) {
  test::ToldStore store;
  store.add(events);
  std::string all;
  for (const char* const sql :
       {"SELECT id, since, properties FROM entity_now ORDER BY id",
        "SELECT id, valid_from, properties FROM entity WHERE known_to IS NULL ORDER BY 1, 2",
        "SELECT source || '|' || type || '|' || target, valid_from, valid_to FROM edge WHERE "
        "known_to IS NULL ORDER BY 1, 2",
        "SELECT source || ' ' || type || ' ' || target, since, '' FROM edge_now ORDER BY 1",
        "SELECT id, occurred_at, type FROM events ORDER BY id"}) {
    for (const auto& row : store.rows(sql)) all += row + "\n";
  }
  return all;
}

// What is deleted, moves, is suspended and is taken back, some of it with the times of what was
// before.
std::vector<store::Event> told_of_ends() {
  struct Delivery {
    const char *provider, *event, *payload;
  };
  constexpr std::array<Delivery, 9> kTold = {{
      {"github", "issues", R"({"action": "closed", "repository": {"full_name": "acme/web"},
          "issue": {"number": 7, "state": "closed", "closed_at": "2026-02-01T00:00:00Z",
          "updated_at": "2026-02-01T00:00:00Z"}})"},
      {"github", "issue_comment", R"({"action": "deleted", "repository": {"full_name":
          "acme/web"}, "comment": {"id": 1, "updated_at": "2026-01-01T00:00:00Z"}, "issue":
          {"number": 7, "state": "closed", "updated_at": "2026-02-01T00:00:00Z"}})"},
      {"github", "issues", R"({"action": "deleted", "repository": {"full_name": "acme/web"},
          "issue": {"number": 7, "state": "closed", "updated_at": "2026-02-01T00:00:00Z"}})"},
      {"github", "pull_request_review", R"({"action": "submitted", "repository": {"full_name":
          "acme/web"}, "review": {"id": 2, "state": "approved", "user": {"login": "joe"},
          "submitted_at": "2026-02-01T00:00:00Z"}, "pull_request": {"number": 3, "state": "open",
          "updated_at": "2026-02-01T00:00:00Z"}})"},
      {"github", "pull_request_review", R"({"action": "dismissed", "repository": {"full_name":
          "acme/web"}, "review": {"id": 2, "state": "dismissed", "user": {"login": "joe"},
          "updated_at": "2026-02-02T00:00:00Z"}, "pull_request": {"number": 3, "state": "open",
          "updated_at": "2026-02-02T00:00:00Z"}})"},
      {"github", "release", R"({"action": "deleted", "repository": {"full_name": "acme/web"},
          "release": {"id": 4, "tag_name": "v1", "published_at": "2026-02-01T00:00:00Z"}})"},
      {"github", "release", R"({"action": "published", "repository": {"full_name": "acme/web"},
          "release": {"id": 4, "tag_name": "v1", "published_at": "2026-02-01T00:00:00Z"}})"},
      {"linear", "", R"({"type": "Issue", "action": "update", "data": {"identifier": "LIN-1",
          "state": {"type": "started"}, "updatedAt": "2026-02-01T00:00:00.000Z"}})"},
      {"linear", "", R"({"type": "Issue", "action": "update", "data": {"identifier": "WEB-9",
          "previousIdentifiers": ["LIN-1"], "state": {"type": "started"}, "updatedAt":
          "2026-02-02T00:00:00.000Z"}, "updatedFrom": {"teamId": "t"}})"},
  }};
  std::vector<store::Event> all;
  for (const auto& [provider, event, payload] : kTold) {
    for (auto& each : test::events_of(provider, event, payload)) all.push_back(std::move(each));
  }
  return all;
}

// Whether the same follows from them all in twenty orders, each twice.
void check_orders(const std::vector<store::Event>& events, const std::string& wanted) {
  std::minstd_rand chance(5);
  for (int round = 0; round < 20; ++round) {
    auto shuffled = events;
    shuffled.insert(shuffled.end(), events.begin(), events.end());
    std::ranges::shuffle(shuffled, chance);
    REQUIRE(projections(shuffled) == wanted);
  }
}

TEST_CASE("in whichever order it is told, and however often, the same follows") {
  const auto events = told();
  REQUIRE(events.size() == 10);
  const auto wanted = projections(events);
  CHECK(wanted.find("fixes issue:acme/web#9") != std::string::npos);
  CHECK(wanted.find("fixes issue:acme/web#7") == std::string::npos);
  CHECK(wanted.find("labeled") != std::string::npos);  // the event; the edge is gone
  CHECK(wanted.find("pr:acme/web#142 labeled") == std::string::npos);
  CHECK(wanted.find("issue:LIN-1 assigned_to person:linear/u-3") != std::string::npos);
  CHECK(wanted.find("issue:LIN-1 assigned_to person:linear/u-2") == std::string::npos);
  check_orders(events, wanted);
}

TEST_CASE("what is over is over in whichever order that is told") {
  const auto events = told_of_ends();
  REQUIRE(events.size() == 10);
  const auto wanted = projections(events);
  for (const char* const state :
       {R"("number":7,"repo":"acme/web","state":"deleted")", R"("state":"moved")",
        R"("review":null)", R"("state":"deleted","tag":"v1")"}) {
    CAPTURE(state, wanted);
    CHECK(wanted.find(state) != std::string::npos);
  }
  check_orders(events, wanted);
}

TEST_CASE("what was closed in the second in which it was labeled is closed") {
  auto events = told();
  events.erase(events.begin() + 4, events.end());
  CHECK(projections(events).find(R"("state":"closed")") != std::string::npos);
}

}  // namespace
}  // namespace lightfast::providers
