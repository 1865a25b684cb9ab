// What happens later does not change what was before, and what is over is not there any more.
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "provider_events.h"
#include "provider_store.h"

namespace lightfast::providers {
namespace {

using test::events_of;
using test::has;
using test::only_event;
using test::ToldStore;
using Names = std::vector<std::string>;

constexpr const char* kRepository = R"("repository": {"id": 1, "full_name": "acme/web",
    "name": "web", "owner": {"login": "acme", "type": "Organization"}}, "sender": {"login": "mia"})";

std::string with_repository(const std::string& members) {
  return "{" + members + "," + kRepository + "}";
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

// An issue, a pull request or a discussion, last changed at a time, and a comment on it.
struct Commented {
  std::string event, member, entity;
};

std::string comment(const Commented& on, const std::string& action, const std::string& state,
                    const std::string& changed) {
  return with_repository(
      R"("action": )" + quoted(action) +
      R"(, "comment": {"id": 7, "body": "Hm", "user": {"login": "joe"},
          "created_at": "2026-01-02T00:00:00Z", "updated_at": "2026-01-02T00:00:00Z"}, )" +
      quoted(on.member) + R"(: {"number": 3, "title": "t", "state": )" + quoted(state) +
      R"(, "created_at": "2026-01-01T00:00:00Z", "updated_at": )" + quoted(changed) + "}");
}

TEST_CASE("a comment that is deleted or edited says nothing of how its thread was before") {
  const auto on =
      GENERATE(values<Commented>({{"issue_comment", "issue", "issue:acme/web#3"},
                                  {"pull_request_review_comment", "pull_request", "pr:acme/web#3"},
                                  {"discussion_comment", "discussion", "discussion:acme/web#3"}}));
  CAPTURE(on.event);
  ToldStore store;
  store.add(events_of("github", on.event, comment(on, "created", "open", "2026-01-02T00:00:01Z")));
  const auto deleted = GENERATE(as<std::string>(), "2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z");
  CAPTURE(deleted);  // whether that counts as a change of the thread, or not
  store.add(events_of("github", on.event, comment(on, "edited", "closed", deleted)));
  store.add(events_of("github", on.event, comment(on, "deleted", "closed", deleted)));
  CHECK(store.property(on.entity, "state", "2026-01-15T00:00:00Z") == R"("open")");
  CHECK(store.property(on.entity, "state", "2026-04-01T00:00:00Z") == R"("closed")");
}

TEST_CASE("of a deleted comment whose thread tells no time nothing but that is said") {
  auto payload = Json::parse(comment({"issue_comment", "issue", {}}, "deleted", "closed", ""));
  payload["issue"].erase("updated_at");
  const auto event = only_event("github", "issue_comment", payload.dump(), "one");
  CHECK(event.occurred_at == test::received);
  CHECK(event.id == only_event("github", "issue_comment", payload.dump(), "two").id);
  CHECK_FALSE(event.attributes.contains("state"));
}

TEST_CASE("a review that is told late says nothing of how its pull request was then") {
  const auto event = only_event("github", "pull_request_review", with_repository(R"(
      "action": "submitted", "review": {"id": 5, "state": "approved", "user": {"login": "joe"},
      "submitted_at": "2026-01-02T00:00:00Z"}, "pull_request": {"number": 3, "state": "closed",
      "title": "t", "updated_at": "2026-02-01T00:00:00Z"})"));
  CHECK(moment_text(event.occurred_at) == "2026-01-02T00:00:00Z");
  CHECK_FALSE(event.attributes.contains("state"));
  CHECK(event.attributes["review"] == "approved");
}

}  // namespace
}  // namespace lightfast::providers
