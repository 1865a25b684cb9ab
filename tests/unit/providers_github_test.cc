#include <string>

#include <catch2/catch.hpp>

#include "provider_events.h"

namespace lightfast::providers {
namespace {

using test::events_of;
using test::has;
using test::only_event;

constexpr const char* kRepository = R"("repository": {"id": 1, "full_name": "acme/web",
    "default_branch": "main", "pushed_at": 1772366400, "owner": {"login": "acme"}},
    "organization": {"login": "acme"}, "sender": {"login": "mia"})";

std::string with_repository(const std::string& members) {
  return "{" + members + "," + kRepository + "}";
}

// A pull request as GitHub sends it, with what is not looked at left out.
std::string pull_request(const std::string& action, const std::string& changed = {}) {
  auto thing = Json::parse(R"({"number": 142, "state": "open", "title": "Retry uploads",
      "html_url": "https://github.com/acme/web/pull/142", "draft": false, "locked": false,
      "body": "Fixes #7 and resolves LIN-482, see acme/api#3", "user": {"login": "tom"},
      "created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T12:00:00Z",
      "closed_at": null, "merged_at": null, "merge_commit_sha": null,
      "assignees": [{"login": "ann"}], "labels": [{"name": "bug"}],
      "requested_reviewers": [{"login": "joe"}], "requested_teams": [{"slug": "core"}],
      "milestone": {"number": 3, "title": "v1"},
      "head": {"ref": "retry", "sha": "1111111111111111111111111111111111111111",
               "repo": {"full_name": "acme/web"}}, "base": {"ref": "main"}})");
  if (!changed.empty()) thing.update(Json::parse(changed));
  return with_repository("\"action\": \"" + action + "\", \"pull_request\": " + thing.dump());
}

TEST_CASE("a pull request becomes an event with its state and all that it has to do with") {
  const auto event = only_event("github", "pull_request", pull_request("opened"));
  CHECK(event.id == "github-pull_request.opened:acme/web#142:2026-03-01T10:00:00Z");
  CHECK(event.type == "pull_request.opened");
  CHECK(event.subject == "pr:acme/web#142");
  CHECK(event.actor == "person:mia");
  CHECK(event.title == "Retry uploads");
  CHECK(moment_text(event.occurred_at) == "2026-03-01T10:00:00Z");
  CHECK(event.attributes["state"] == "open");
  CHECK(event.attributes["title"] == "Retry uploads");
  CHECK(event.attributes["labels"] == Json{"bug"});
  CHECK(event.attributes["branch"] == "retry");
  for (const char* const edge :
       {"authored_by person:tom", "assigned_to person:ann", "labeled label:acme/web/bug",
        "review_requested person:joe", "review_requested team:acme/core",
        "in_milestone milestone:acme/web#3", "part_of repo:acme/web",
        "from_branch branch:acme/web@retry", "to_branch branch:acme/web@main",
        "head commit:acme/web@1111111111111111111111111111111111111111", "fixes issue:acme/web#7",
        "fixes issue:LIN-482", "references issue:acme/api#3"}) {
    CAPTURE(edge);
    CHECK(has(event, edge));
  }
}

TEST_CASE("one that is closed by being merged was merged") {
  const auto event =
      only_event("github", "pull_request",
                 pull_request("closed", R"({"state": "closed", "merged": true, "merged_at":
          "2026-03-01T12:00:00Z", "closed_at": "2026-03-01T12:00:00Z", "merged_by": {"login": "eve"},
          "merge_commit_sha": "2222222222222222222222222222222222222222"})"));
  CHECK(event.id == "github:pull_request.merged:acme/web#142:2026-03-01T12:00:00Z");
  CHECK(event.attributes["state"] == "merged");
  CHECK(has(event, "merges commit:acme/web@2222222222222222222222222222222222222222"));
  CHECK(has(event, "merged_by person:eve"));
  const auto closed = only_event(
      "github", "pull_request",
      pull_request("closed", R"({"state": "closed", "closed_at": "2026-03-01T12:00:00Z"})"));
  CHECK(closed.type == "pull_request.closed");
  CHECK(closed.attributes["state"] == "closed");
}

TEST_CASE("a branch of a fork, or of one that is gone, is none of the repository's") {
  const auto repository = GENERATE(as<std::string>(), R"({"full_name": "joe/web"})", "null");
  const auto event = only_event("github", "pull_request",
                                pull_request("opened", R"({"head": {"ref": "main", "sha":
          "1111111111111111111111111111111111111111", "repo": )" +
                                                           repository + "}}"));
  CHECK_FALSE(has(event, "from_branch branch:acme/web@main"));
  CHECK(has(event, "to_branch branch:acme/web@main"));
  CHECK(has(event, "head commit:acme/web@1111111111111111111111111111111111111111"));
}

TEST_CASE("what is taken away is removed") {
  struct Case {
    std::string action, more, edge;
  };
  const auto [action, more, edge] = GENERATE(values<Case>({
      {"unlabeled", R"("label": {"name": "wip"})", "-labeled label:acme/web/wip"},
      {"unassigned", R"("assignee": {"login": "zoe"})", "-assigned_to person:zoe"},
      {"review_request_removed", R"("requested_reviewer": {"login": "zoe"})",
       "-review_requested person:zoe"},
      {"demilestoned", R"("milestone": {"number": 9})", "-in_milestone milestone:acme/web#9"},
      {"synchronize", R"("before": "3333333333333333333333333333333333333333")",
       "-head commit:acme/web@3333333333333333333333333333333333333333"},
      {"edited", R"("changes": {"body": {"from": "fixes #7, fixes #8"}})",
       "-fixes issue:acme/web#8"},
      {"edited", R"("changes": {"base": {"ref": {"from": "next"}}})",
       "-to_branch branch:acme/web@next"},
  }));
  CAPTURE(action);
  auto payload = Json::parse(pull_request(action));
  payload.update(Json::parse("{" + more + "}"));
  const auto event = only_event("github", "pull_request", payload.dump());
  CHECK(has(event, edge));
  CHECK(has(event, "fixes issue:acme/web#7"));
}

TEST_CASE("two labels of one second are two events, and one label told twice is one") {
  const auto with_label = [](const char* name, const char* delivery) {
    auto payload = Json::parse(pull_request("labeled"));
    payload["label"]["name"] = name;
    return only_event("github", "pull_request", payload.dump(), delivery).id;
  };
  CHECK(with_label("bug", "1") != with_label("wip", "1"));
  CHECK(with_label("bug", "1") == with_label("bug", "2"));
}

TEST_CASE("what has no time of its own is told by its delivery") {
  const auto payload = with_repository(R"("action": "added", "member": {"login": "zoe"})");
  const auto event = only_event("github", "member", payload, "one");
  CHECK(event.id == "github:member.added:acme/web:zoe:one");
  CHECK(event.occurred_at == test::received);
  CHECK(has(event, "has_member person:zoe"));
}

TEST_CASE("a review is of its pull request, and holds until another") {
  const auto review = [](const std::string& state) {
    auto payload = Json::parse(pull_request("submitted"));
    payload["review"] = Json::parse(R"({"id": 5, "body": "Good, see #9", "user": {"login": "joe"},
        "submitted_at": "2026-03-01T11:00:00Z", "html_url": "https://github.com/r"})");
    payload["review"]["state"] = state;
    payload["pull_request"]["updated_at"] = "2026-03-01T11:00:01Z";
    return only_event("github", "pull_request_review", payload.dump());
  };
  const auto approved = review("approved");
  CHECK(approved.subject == "pr:acme/web#142");
  CHECK(approved.body == "Good, see #9");
  CHECK(approved.attributes["state"] == "open");
  CHECK(moment_text(approved.occurred_at) == "2026-03-01T11:00:00Z");
  for (const char* const edge : {"reviewed_by person:joe", "approved_by person:joe",
                                 "-changes_requested_by person:joe", "references issue:acme/web#9"})
    CHECK(has(approved, edge));
  CHECK(has(review("changes_requested"), "-approved_by person:joe"));
}

TEST_CASE("a comment is about what it is on, whose state it does not change") {
  const auto comment = [](const std::string& issue) {
    return only_event(
        "github", "issue_comment",
        with_repository(R"("action": "created", "comment": {"id": 77, "body": "Me too, fixes #8",
            "user": {"login": "ann"}, "created_at": "2026-03-01T13:00:00Z", "updated_at":
            "2026-03-01T13:00:00Z", "html_url": "https://github.com/c"}, "issue": )" +
                        issue));
  };
  const auto on_issue = comment(R"({"number": 7, "title": "Uploads fail", "state": "open"})");
  CHECK(on_issue.subject == "issue:acme/web#7");
  CHECK(on_issue.title == "Uploads fail");
  CHECK(on_issue.body == "Me too, fixes #8");
  CHECK(has(on_issue, "references issue:acme/web#8"));  // comments fix nothing
  CHECK(has(on_issue, "commented_by person:ann"));
  const auto merged = comment(R"({"number": 142, "title": "x", "state": "closed",
      "pull_request": {"merged_at": "2026-03-01T12:00:00Z"}})");
  CHECK(merged.subject == "pr:acme/web#142");
  CHECK(merged.attributes["state"] == "merged");
  const auto unclear =
      comment(R"({"number": 142, "title": "x", "state": "closed", "pull_request": {"url": "u"}})");
  CHECK_FALSE(unclear.attributes.contains("state"));
}

TEST_CASE("an issue that is gone is not open") {
  const auto state = [](const std::string& action) {
    const auto event =
        only_event("github", "issues",
                   with_repository("\"action\": \"" + action +
                                   R"(", "changes": {"new_issue": {"number": 4}, "new_repository":
                           {"full_name": "acme/api"}}, "issue": {"number": 7, "title": "t",
                           "state": "open", "created_at": "2026-03-01T13:00:00Z"})"));
    if (action == "transferred") CHECK(has(event, "moved_to issue:acme/api#4"));
    return event.attributes["state"].get<std::string>();
  };
  CHECK(state("deleted") == "deleted");
  CHECK(state("transferred") == "transferred");
  CHECK(state("pinned") == "open");
}

TEST_CASE("a push is an event of the branch, and one of each commit") {
  const auto events = events_of("github", "push", with_repository(R"json(
      "ref": "refs/heads/main", "before": "1111111111111111111111111111111111111111",
      "after": "2222222222222222222222222222222222222222", "forced": false,
      "compare": "https://github.com/acme/web/compare/1...2",
      "head_commit": {"message": "Retry (#142)"},
      "commits": [{"id": "2222222222222222222222222222222222222222", "url": "https://github.com/c",
          "message": "Retry uploads (#142)\n\nFixes #7\nCloses LIN-482",
          "timestamp": "2026-03-01T09:00:00+01:00",
          "author": {"username": "tom", "email": "tom@x"}, "committer": {"username": "web-flow"},
          "added": ["a b.txt"], "modified": ["src/up.cc"], "removed": []}])json"));
  REQUIRE(events.size() == 2);
  const auto& push = events[0];
  CHECK(push.type == "push");
  CHECK(push.subject == "branch:acme/web@main");
  CHECK(push.title == "Push to main: Retry (#142)");
  CHECK(moment_text(push.occurred_at) == "2026-03-01T12:00:00Z");
  CHECK(has(push, "head commit:acme/web@2222222222222222222222222222222222222222"));
  CHECK(has(push, "-head commit:acme/web@1111111111111111111111111111111111111111"));
  const auto& commit = events[1];
  CHECK(commit.subject == "commit:acme/web@2222222222222222222222222222222222222222");
  CHECK(commit.title == "Retry uploads (#142)");
  CHECK(commit.body == "Fixes #7\nCloses LIN-482");
  CHECK(commit.actor == "person:tom");
  for (const char* const edge :
       {"authored_by person:tom", "committed_by person:web-flow", "on_branch branch:acme/web@main",
        "part_of pr:acme/web#142", "fixes issue:acme/web#7", "fixes issue:LIN-482",
        "modifies file:acme/web/a b.txt", "modifies file:acme/web/src/up.cc"}) {
    CAPTURE(edge);
    CHECK(has(commit, edge));
  }
  CHECK_FALSE(has(commit, "references issue:acme/web#142"));
  CHECK(commit.causal_parent == push.id);
  CHECK_FALSE(push.causal_parent);
}

TEST_CASE("a branch that is pushed away is deleted") {
  const auto event = only_event("github", "push", with_repository(R"(
      "ref": "refs/tags/v1", "before": "1111111111111111111111111111111111111111", "deleted": true,
      "after": "0000000000000000000000000000000000000000", "commits": [], "head_commit": null)"));
  CHECK(event.subject == "tag:acme/web@v1");
  CHECK(event.attributes["state"] == "deleted");
  CHECK(event.relations.size() == 2);  // the repository, and the commit that it no longer is at
}

TEST_CASE("of what ends in the second in which it began the end is what holds") {
  const auto run = [](const std::string& action, const char* status) {
    return only_event("github", "workflow_job",
                      with_repository("\"action\": \"" + action + R"(", "workflow_job": {"id": 5,
                          "name": "test", "run_id": 4, "run_attempt": 1, "status": ")" +
                                      status +
                                      R"(", "created_at": "2026-03-01T12:00:00Z", "started_at":
                          "2026-03-01T12:00:00Z", "completed_at": "2026-03-01T12:00:00Z"})"));
  };
  const auto queued = run("queued", "queued");
  const auto running = run("in_progress", "in_progress");
  const auto done = run("completed", "completed");
  CHECK(queued.occurred_at == done.occurred_at);
  CHECK(queued.id < running.id);
  CHECK(running.id < done.id);
  CHECK(only_event("github", "pull_request", pull_request("labeled")).id <
        only_event("github", "pull_request", pull_request("closed")).id);
}

TEST_CASE("a run is on a branch of the repository unless it is a fork's") {
  const auto run = [](const std::string& event, const std::string& more) {
    return only_event("github", event,
                      with_repository(R"("action": "completed", ")" + event +
                                      R"(": {"id": 5, "head_branch": "main", "updated_at":
                                      "2026-03-01T12:00:00Z")" +
                                      more + "}"));
  };
  constexpr const char* kOn = "on_branch branch:acme/web@main";
  CHECK(has(run("workflow_run", R"(, "head_repository": {"full_name": "acme/web"})"), kOn));
  CHECK(has(run("workflow_run", ""), kOn));
  CHECK(has(run("check_suite", ""), kOn));
  const auto forked = run("workflow_run", R"(, "head_repository": {"full_name": "joe/web"})");
  CHECK_FALSE(has(forked, kOn));
  CHECK(forked.attributes["branch"] == "main");
  const auto job = run("workflow_job", R"(, "run_id": 4)");  // does not tell whose branch it is
  CHECK_FALSE(has(job, kOn));
  CHECK(has(job, "part_of workflow_run:4"));
}

TEST_CASE("a deployment deploys its commit, and its statuses are its state") {
  const auto payload = with_repository(R"(
      "action": "created", "deployment": {"id": 9, "sha": "1111111111111111111111111111111111111111",
      "ref": "main", "environment": "production", "creator": {"login": "ann"}, "created_at":
      "2026-03-01T13:00:00Z"}, "deployment_status":
      {"id": 11, "state": "success", "created_at": "2026-03-01T14:00:00Z"})");
  const auto event = only_event("github", "deployment_status", payload);
  CHECK(event.causal_parent == only_event("github", "deployment", payload).id);
  CHECK(event.subject == "deployment:9");
  CHECK(event.attributes["state"] == "success");
  CHECK(has(event, "deploys commit:acme/web@1111111111111111111111111111111111111111"));
  CHECK(has(event, "deploys_to environment:acme/web/production"));
  CHECK(has(event, "triggered_by person:ann"));
}

TEST_CASE("what nobody knows is kept") {
  const auto event = only_event("github", "custom_property",
                                R"({"action": "Brand New!", "enterprise": {"slug": "big"}})");
  CHECK(event.type == "custom_property.brand_new_");
  CHECK(event.subject == "enterprise:big");
  CHECK(only_event("github", "surprise", "{}").subject == "provider:github");
  const auto deleted = [](const std::string& delivery) {
    return only_event("github", "surprise", R"({"action": "deleted", "surprise": {"id": 1}})",
                      delivery);
  };
  CHECK(deleted("1").id != deleted("2").id);  // it may be there again in between
}

TEST_CASE("odd payloads become valid events all the same") {
  const auto payload = GENERATE(
      as<std::string>(), R"({})", R"({"action": 7, "repository": [], "sender": "x", "issue": 5})",
      R"({"pull_request": {"number": {}, "labels": {"a": 1}, "head": 7}})",
      R"({"commits": [7, {}, {"id": []}], "ref": {}, "head_commit": 1})");
  const auto event = GENERATE(as<std::string>(), "pull_request", "issues", "push", "create",
                              "check_run", "release", "team", "discussion_comment", "label", "");
  CAPTURE(payload, event);
  const auto events = events_of("github", event, payload);
  REQUIRE_FALSE(events.empty());
  for (const auto& each : events) CHECK(store::event_from_json(store::to_json(each)) == each);
}

TEST_CASE("names that are too long or odd are cut, and stay different") {
  const auto subject = [](const std::string& ref) {
    Json payload = Json::parse(with_repository(R"("ref_type": "branch")"));
    payload["ref"] = ref;
    return only_event("github", "create", payload.dump()).subject;
  };
  const std::string many(600, 'x');
  CHECK(subject(many + "1").size() == store::kMaxId);
  CHECK(subject(many + "1") != subject(many + "2"));
  CHECK(subject("a\nb") != subject("a\tb"));
  CHECK(subject("a\nb").find('\n') == std::string::npos);
}

}  // namespace
}  // namespace lightfast::providers
