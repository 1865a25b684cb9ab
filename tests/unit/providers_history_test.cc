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

struct Thing {
  std::string event, member, entity, before, more;
};

TEST_CASE("what is deleted was there until then, and not afterwards") {
  const auto thing = GENERATE(values<Thing>(
      {{"release", "release", "release:acme/web@v1", "published", R"("tag_name": "v1",
        "published_at": "2026-01-02T00:00:00Z")"},
       {"repository", "repository", "repo:acme/web", "publicized", R"("full_name": "acme/web",
        "owner": {"login": "acme"}, "updated_at": "2026-01-02T00:00:00Z")"},
       {"issues", "issue", "issue:acme/web#3", "edited", R"("number": 3, "state": "open",
        "updated_at": "2026-01-02T00:00:00Z")"},
       {"milestone", "milestone", "milestone:acme/web#3", "edited", R"("number": 3, "state":
        "open", "updated_at": "2026-01-02T00:00:00Z")"}}));
  CAPTURE(thing.event);
  const auto told = [&thing](const std::string& action, const std::string& delivery) {
    auto payload = Json::parse(with_repository(R"("action": )" + quoted(action)));
    payload[thing.member] =
        Json::parse(R"({"id": 9, "created_at": "2026-01-01T00:00:00Z", )" + thing.more + "}");
    return only_event("github", thing.event, payload.dump(), delivery);
  };
  const auto deleted = told("deleted", "one");
  CHECK(deleted.id == told("deleted", "two").id);
  CHECK(deleted.occurred_at == test::received);
  ToldStore store;
  store.add({deleted, told(thing.before, "0")});
  CHECK(store.property(thing.entity, "state", "2026-03-04T00:00:00Z") != R"("deleted")");
  CHECK(store.property(thing.entity, "state", "2026-03-05T00:00:00Z") == R"("deleted")");
}

TEST_CASE("of a clock that is behind what is deleted still came later") {
  const auto event = only_event("github", "release", with_repository(R"("action": "deleted",
      "release": {"id": 9, "tag_name": "v1", "published_at": "2026-03-06T00:00:00Z"})"));
  CHECK(moment_text(event.occurred_at) == "2026-03-06T00:00:00.001Z");
}

TEST_CASE("an issue that is moved was open until then") {
  const auto event = only_event("github", "issues", with_repository(R"("action": "transferred",
      "changes": {"new_issue": {"number": 4}, "new_repository": {"full_name": "acme/api"}},
      "issue": {"number": 7, "state": "open", "updated_at": "2026-01-02T00:00:00Z"})"));
  CHECK(event.occurred_at == test::received);
  CHECK(event.attributes["state"] == "transferred");
}

// What Joe's review says, and whom the pull request asks then.
std::vector<store::Event> review(const std::string& action, const std::string& state,
                                 const std::string& at, const std::string& asked = "[]") {
  return events_of(
      "github", "pull_request_review",
      with_repository(R"("action": )" + quoted(action) + R"(, "review": {"id": 5, "state": )" +
                      quoted(state) + R"(, "user": {"login": "joe"}, "updated_at": )" + quoted(at) +
                      R"(, "submitted_at": )" + quoted(at) +
                      R"(}, "pull_request": {"number": 3, "state": "open", "title": "t",
                      "updated_at": )" +
                      quoted(at) + R"(, "requested_reviewers": )" + asked + "}"));
}

TEST_CASE("only a review that is submitted ends that it was asked for") {
  ToldStore store;
  const auto asked = [&store](const std::string& at) {
    store.add(events_of("github", "pull_request",
                        with_repository(R"("action": "review_requested",
        "requested_reviewer": {"login": "joe"}, "pull_request": {"number": 3, "state": "open",
        "requested_reviewers": [{"login": "joe"}], "updated_at": )" +
                                        quoted(at) + "}")));
  };
  const auto is_asked = [&store](const std::string& at) {
    return !store.targets("pr:acme/web#3", "review_requested", at).empty();
  };
  asked("2026-01-02T00:00:00Z");
  store.add(review("submitted", "approved", "2026-01-03T00:00:00Z"));
  asked("2026-01-04T00:00:00Z");
  store.add(review("edited", "approved", "2026-01-05T00:00:00Z"));
  store.add(review("dismissed", "dismissed", "2026-01-06T00:00:00Z"));
  CHECK(is_asked("2026-01-02T12:00:00Z"));
  CHECK_FALSE(is_asked("2026-01-03T12:00:00Z"));
  CHECK(is_asked("2026-01-04T12:00:00Z"));
  CHECK(is_asked("2026-01-07T12:00:00Z"));
}

TEST_CASE("a judgement that is dismissed is none, and an old text that is edited no new one") {
  ToldStore store;
  const auto says = [&store](const std::string& at) {
    return store.property("pr:acme/web#3", "review", at);
  };
  store.add(review("submitted", "changes_requested", "2026-01-02T00:00:00Z"));
  store.add(review("edited", "approved", "2026-01-03T00:00:00Z"));
  store.add(review("dismissed", "dismissed", "2026-01-04T00:00:00Z"));
  CHECK(says("2026-01-03T12:00:00Z") == R"("changes_requested")");
  CHECK(store.targets("pr:acme/web#3", "changes_requested_by", "2026-01-03T12:00:00Z") ==
        Names{"person:joe"});
  CHECK(says("2026-01-04T12:00:00Z") == "null");
  CHECK(store.targets("pr:acme/web#3", "changes_requested_by", "2026-01-04T12:00:00Z").empty());
}

TEST_CASE("an answer that is taken back is nobody's any more") {
  const auto event = only_event("github", "discussion", with_repository(R"("action": "unanswered",
      "discussion": {"number": 4, "title": "t", "state": "open", "answer_html_url": null,
      "updated_at": "2026-01-02T00:00:00Z"}, "old_answer": {"id": 1, "user": {"login": "joe"}})"));
  CHECK(has(event, "-answered_by person:joe"));
  CHECK(event.attributes["answered"] == false);
}

std::vector<store::Event> installation(const std::string& event, const std::string& action,
                                       const std::string& more, const std::string& delivery) {
  auto payload = Json::parse(R"({"installation": {"id": 2, "app_slug": "bot", "created_at":
      "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
      "account": {"login": "octocat", "type": "User"}}})");
  payload["action"] = action;
  payload.merge_patch(Json::parse(more));
  return events_of("github", event, payload.dump(), delivery);
}

TEST_CASE("an app that is taken away may read nothing any more") {
  const std::string listed = R"({"repositories": [{"full_name": "octocat/a"}]})";
  ToldStore store;
  store.add(installation("installation", "created", listed, "1"));
  CHECK(store.targets("installation:2", "installed_for", "2026-02-01T00:00:00Z") ==
        Names{"person:octocat"});
  const auto deleted = installation("installation", "deleted", listed, "2");
  CHECK(deleted.front().id == installation("installation", "deleted", listed, "3").front().id);
  store.add(deleted);
  CHECK(store.property("installation:2", "state", "2026-02-01T00:00:00Z") == R"("active")");
  CHECK(store.targets("installation:2", "may_read", "2026-02-01T00:00:00Z") ==
        Names{"repo:octocat/a"});
  CHECK(store.property("installation:2", "state", "2026-03-05T00:00:00Z") == R"("deleted")");
  CHECK(store.targets("installation:2", "may_read", "2026-03-05T00:00:00Z").empty());
}

TEST_CASE("an app is suspended until it is not") {
  ToldStore store;
  store.add(installation("installation", "created", "{}", "1"));
  store.add(installation("installation", "suspend", R"({"installation": {"suspended_at":
      "2026-01-02T00:00:00Z"}})",
                         "2"));
  store.add(installation("installation", "unsuspend", R"({"installation": {"suspended_at": null,
      "updated_at": "2026-01-03T00:00:00Z"}})",
                         "3"));
  CHECK(store.property("installation:2", "state", "2026-01-01T12:00:00Z") == R"("active")");
  CHECK(store.property("installation:2", "state", "2026-01-02T12:00:00Z") == R"("suspended")");
  CHECK(store.property("installation:2", "state", "2026-01-03T12:00:00Z") == R"("active")");
}

TEST_CASE("a repository may be given to an app again, though the app says no other time then") {
  const std::string given = R"({"repositories_added": [{"full_name": "octocat/a"}]})";
  const auto first = installation("installation_repositories", "added", given, "1");
  const auto again = installation("installation_repositories", "added", given, "2");
  CHECK(first.front().id != again.front().id);
  CHECK(first == installation("installation_repositories", "added", given, "1"));
  CHECK(first.front().occurred_at == test::received);
  CHECK_FALSE(first.front().attributes.contains("state"));  // it may come when the app is gone
}

TEST_CASE("a repository is of a person or of an organisation") {
  const auto owned_by = [](const std::string& type) {
    return only_event("github", "repository",
                      R"({"action": "created", "repository": {"full_name":
        "octocat/a", "owner": {"login": "octocat", "type": )" +
                          quoted(type) + "}}}");
  };
  CHECK(has(owned_by("User"), "owned_by person:octocat"));
  CHECK(has(owned_by("Organization"), "owned_by org:octocat"));
}

// A change of an issue of Linear's: its identifier now, those before, and what has changed.
std::vector<store::Event> linear_issue(const std::string& now, const std::string& before,
                                       const std::string& changed, const std::string& at) {
  return events_of("linear", "",
                   R"({"type": "Issue", "action": "update", "data": {"id": "i",
      "title": "t", "state": {"type": "started"}, "identifier": )" +
                       quoted(now) + R"(, "previousIdentifiers": )" + before +
                       R"(, "updatedAt": )" + quoted(at) + R"(}, "updatedFrom": )" + changed + "}");
}

TEST_CASE("an issue that goes to another team is open under one name alone") {
  ToldStore store;
  const auto state = [&store](const char* issue, const std::string& at) {
    return store.property(issue, "state", at);
  };
  store.add(linear_issue("LIN-1", "[]", "{}", "2026-01-01T00:00:00Z"));
  const auto moved =
      linear_issue("WEB-9", R"(["LIN-1"])", R"({"teamId": "t-1"})", "2026-01-02T00:00:00Z");
  REQUIRE(moved.size() == 2);
  CHECK(moved[0].subject == "issue:WEB-9");
  CHECK(has(moved[0], "renamed_from issue:LIN-1"));
  CHECK(moved[1].id == "linear:issue.moved:LIN-1:2026-01-02T00:00:00Z");
  CHECK(moved[1].causal_parent == moved[0].id);
  store.add(moved);
  store.add(linear_issue("WEB-9", R"(["LIN-1"])", R"({"title": "s"})", "2026-01-03T00:00:00Z"));
  CHECK(state("issue:LIN-1", "2026-01-01T12:00:00Z") == R"("open")");
  CHECK(state("issue:LIN-1", "2026-01-03T12:00:00Z") == R"("moved")");
  CHECK(state("issue:WEB-9", "2026-01-03T12:00:00Z") == R"("open")");
  CHECK(store.targets("issue:LIN-1", "moved_to", "2026-01-03T12:00:00Z") == Names{"issue:WEB-9"});
  store.add(linear_issue("LIN-1", R"(["LIN-1", "WEB-9"])", R"({"teamId": "t-2"})",
                         "2026-01-04T00:00:00Z"));
  CHECK(state("issue:LIN-1", "2026-01-05T00:00:00Z") == R"("open")");
  CHECK(state("issue:WEB-9", "2026-01-05T00:00:00Z") == R"("moved")");
  CHECK(store.targets("issue:LIN-1", "moved_to", "2026-01-05T00:00:00Z").empty());
}

std::string renamed(const std::string& now, const std::string& changes, const std::string& at) {
  return R"({"action": "renamed", "changes": )" + changes + R"(, "repository": {"full_name":
      "acme/)" +
         now + R"(", "name": )" + quoted(now) + R"(, "owner": {"login": "acme"},
      "updated_at": )" +
         quoted(at) + "}}";
}

TEST_CASE("a repository that is renamed is there under one name alone") {
  ToldStore store;
  const auto state = [&store](const char* repo, const std::string& at) {
    return store.property(repo, "state", at);
  };
  const auto rename = [&store](const std::string& from, const std::string& to,
                               const std::string& at) {
    store.add(
        events_of("github", "repository",
                  renamed(to, R"({"repository": {"name": {"from": )" + quoted(from) + "}}}", at)));
  };
  store.add(events_of("github", "repository", renamed("a", "{}", "2026-01-01T00:00:00Z")));
  rename("a", "b", "2026-01-02T00:00:00Z");
  CHECK(state("repo:acme/a", "2026-01-01T12:00:00Z") == R"("active")");
  CHECK(state("repo:acme/a", "2026-01-02T12:00:00Z") == R"("moved")");
  CHECK(state("repo:acme/b", "2026-01-02T12:00:00Z") == R"("active")");
  CHECK(store.targets("repo:acme/a", "moved_to", "2026-01-02T12:00:00Z") == Names{"repo:acme/b"});
  rename("b", "a", "2026-01-03T00:00:00Z");
  CHECK(state("repo:acme/a", "2026-01-03T12:00:00Z") == R"("active")");
  CHECK(state("repo:acme/b", "2026-01-03T12:00:00Z") == R"("moved")");
  CHECK(store.targets("repo:acme/a", "moved_to", "2026-01-03T12:00:00Z").empty());
}

TEST_CASE("a repository that goes to another owner has moved, too") {
  const auto events = events_of("github", "repository", R"({"action": "transferred", "changes":
      {"owner": {"from": {"user": {"login": "octocat"}}}}, "repository": {"full_name": "acme/web",
      "name": "web", "owner": {"login": "acme"}, "updated_at": "2026-01-02T00:00:00Z"}})");
  REQUIRE(events.size() == 2);
  CHECK(events[1].subject == "repo:octocat/web");
  CHECK(events[1].attributes["state"] == "moved");
  CHECK(has(events[1], "moved_to repo:acme/web"));
  CHECK(events[1].relations.size() == 1);
  CHECK(events[1].causal_parent == events[0].id);
}

}  // namespace
}  // namespace lightfast::providers
