#include <string>

#include <catch2/catch.hpp>

#include "provider_events.h"

namespace lightfast::providers {
namespace {

using test::events_of;
using test::has;
using test::only_event;

// As in Vercel's reference of its webhooks.
constexpr const char* kVercel = R"({"id": "uev_1", "type": "deployment.succeeded",
    "createdAt": 1772366400123, "region": "iad1", "payload": {"team": {"id": "team_1"},
    "user": {"id": "u1"}, "deployment": {"id": "dpl_9", "name": "web", "url": "web-9.vercel.app",
    "inspectorUrl": "https://vercel.com/acme/web/9", "meta": {"githubCommitSha":
    "1111111111111111111111111111111111111111", "githubCommitRef": "retry", "githubOrg": "acme",
    "githubRepo": "web", "githubCommitAuthorLogin": "tom", "githubCommitMessage": "Retry uploads",
    "githubPrId": "142"}}, "links": {"deployment": "https://vercel.com/acme/web/9"},
    "target": "production", "project": {"id": "prj_1", "name": "web"}, "plan": "pro"}})";

TEST_CASE("a deployment of Vercel's deploys a commit of the repository") {
  const auto event = only_event("vercel", "", kVercel);
  CHECK(event.id == "vercel:deployment.succeeded:dpl_9");
  CHECK(event.type == "deployment.succeeded");
  CHECK(event.subject == "deployment:dpl_9");
  CHECK(moment_text(event.occurred_at) == "2026-03-01T12:00:00.123Z");
  CHECK(event.title == "Deployment of web to production: success");
  CHECK(event.body == "Retry uploads");
  CHECK(event.attributes["state"] == "success");
  CHECK(event.attributes["url"] == "https://web-9.vercel.app");
  for (const char* const edge :
       {"deploys commit:acme/web@1111111111111111111111111111111111111111",
        "deploys pr:acme/web#142", "authored_by person:tom", "part_of repo:acme/web",
        "in_project project:prj_1", "deploys_ref branch:acme/web@retry",
        "triggered_by person:vercel/u1"}) {
    CAPTURE(edge);
    CHECK(has(event, edge));
  }
}

TEST_CASE("what Vercel tells besides is kept") {
  const auto event = only_event("vercel", "", R"({"id": "uev_2", "type": "project.created",
      "createdAt": 1772366400123, "payload": {"project": {"id": "prj_1", "name": "web"}}})");
  CHECK(event.subject == "project:prj_1");
  CHECK(event.title == "project.created: web");
  CHECK(only_event("vercel", "", "{}").subject == "provider:vercel");
}

// As Linear's documentation shows an issue that was updated.
constexpr const char* kLinear = R"({"action": "update", "type": "Issue", "actor":
    {"id": "u-mia", "type": "user", "name": "Mia"}, "createdAt": "2026-03-01T12:00:00.500Z",
    "data": {"id": "i-1", "identifier": "LIN-482", "number": 482, "title": "Uploads fail",
    "description": "See https://github.com/acme/web/pull/142", "createdAt": "2026-02-01T00:00:00.000Z",
    "updatedAt": "2026-03-01T12:00:00.250Z", "priorityLabel": "High", "team": {"id": "t-1", "key": "LIN"},
    "state": {"id": "s-2", "name": "In Review", "type": "started"}, "creatorId": "u-tom",
    "assigneeId": "u-mia", "assignee": {"id": "u-mia", "name": "Mia"}, "projectId": "p-1",
    "project": {"id": "p-1", "name": "Uploads"}, "cycleId": "c-2", "labelIds": ["l-1"],
    "labels": [{"id": "l-1", "name": "bug"}], "parent": {"id": "i-0", "identifier": "LIN-400"}},
    "updatedFrom": {"updatedAt": "2026-02-28T00:00:00.000Z", "assigneeId": "u-zoe",
    "cycleId": "c-1", "labelIds": ["l-1", "l-9"], "description": "fixes LIN-7"},
    "url": "https://linear.app/acme/issue/LIN-482/uploads-fail", "webhookTimestamp": 1772366401000})";

TEST_CASE("an issue of Linear's is known by its identifier, with what it is no more") {
  const auto event = only_event("linear", "", kLinear);
  CHECK(event.id == "linear:issue.updated:LIN-482:2026-03-01T12:00:00.250Z");
  CHECK(event.subject == "issue:LIN-482");
  CHECK(event.actor == "person:linear/u-mia");
  CHECK(event.attributes["state"] == "open");
  CHECK(event.attributes["status"] == "In Review");
  CHECK(event.attributes["assignee"] == "Mia");
  CHECK(event.attributes["labels"] == Json{"bug"});
  for (const char* const edge :
       {"authored_by person:linear/u-tom", "assigned_to person:linear/u-mia",
        "-assigned_to person:linear/u-zoe", "in_project project:p-1", "in_cycle cycle:c-2",
        "-in_cycle cycle:c-1", "labeled label:l-1", "-labeled label:l-9", "parent issue:LIN-400",
        "part_of team:LIN", "references pr:acme/web#142", "-references issue:LIN-7"}) {
    CAPTURE(edge);
    CHECK(has(event, edge));
  }
}

TEST_CASE("an issue that is done or removed is not open") {
  auto payload = Json::parse(kLinear);
  payload["data"]["state"]["type"] = "completed";
  CHECK(only_event("linear", "", payload.dump()).attributes["state"] == "closed");
  payload["action"] = "remove";
  const auto removed = only_event("linear", "", payload.dump());
  CHECK(removed.type == "issue.removed");
  CHECK(removed.attributes["state"] == "deleted");
}

TEST_CASE("a comment is on its issue, which its URL names") {
  const auto event = only_event("linear", "", R"({"action": "create", "type": "Comment",
      "createdAt": "2026-03-01T12:00:00.000Z", "data": {"id": "c-1", "body": "Done in #3?",
      "createdAt": "2026-03-01T12:00:00.000Z", "issueId": "i-1", "userId": "u-mia", "issue":
      {"id": "i-1", "title": "Uploads fail"}}, "actor": {"id": "u-mia"},
      "url": "https://linear.app/acme/issue/LIN-482/uploads-fail#comment-1"})");
  CHECK(event.subject == "issue:LIN-482");
  CHECK(event.type == "comment.created");
  CHECK(event.title == "Uploads fail");
  CHECK(has(event, "commented_by person:linear/u-mia"));
  CHECK(event.relations.size() == 1);  // a bare number is of no repository here
}

TEST_CASE("projects, labels and what else Linear has are kept with their names") {
  const auto event = only_event("linear", "", R"({"action": "create", "type": "ProjectUpdate",
      "createdAt": "2026-03-01T12:00:00.000Z", "data": {"id": "x", "body": "On track", "projectId": "p-1"}})");
  CHECK(event.type == "project_update.created");
  CHECK(event.subject == "project_update:x");
  CHECK(has(event, "in_project project:p-1"));
  const auto label = only_event("linear", "", R"({"action": "update", "type": "IssueLabel",
      "data": {"id": "l-1", "name": "bug", "updatedAt": "2026-03-01T12:00:00.000Z"}})");
  CHECK(label.subject == "label:l-1");
  CHECK(label.attributes["name"] == "bug");
}

TEST_CASE("only what can be done is open until it is") {
  const auto state = [](const std::string& type, const std::string& more) {
    const auto event = only_event(
        "linear", "",
        R"({"action": "update", "type": ")" + type +
            R"(", "createdAt": "2026-03-01T12:00:00.000Z", "data": {"id": "x")" + more + "}}");
    return event.attributes.value("state", "");
  };
  CHECK(state("Project", "") == "open");
  CHECK(state("Cycle", R"(, "completedAt": null)") == "open");
  CHECK(state("Initiative", R"(, "completedAt": "2026-03-01T12:00:00.000Z")") == "closed");
  CHECK(state("Project", R"(, "canceledAt": "2026-03-01T12:00:00.000Z")") == "closed");
  CHECK(state("ANewKind", R"(, "completedAt": null)") == "open");
  for (const char* const type : {"User", "IssueLabel", "Document", "Customer", "ProjectUpdate"})
    CHECK(state(type, "").empty());
}

TEST_CASE("a reaction is no comment, and its issue is there when it is taken back") {
  const auto action = GENERATE(as<std::string>(), "create", "remove");
  const auto event = only_event("linear", "", R"({"action": ")" + action + R"(",
      "type": "Reaction", "createdAt": "2026-03-01T12:00:00.000Z", "actor": {"id": "u-mia"},
      "data": {"id": "r-1", "emoji": "+1", "userId": "u-mia", "user": {"id": "u-mia"},
      "comment": {"id": "c-1", "body": "See LIN-7", "issueId": "i-1"}},
      "url": "https://linear.app/acme/issue/LIN-482/uploads-fail#comment-1"})");
  CHECK(event.subject == "issue:LIN-482");
  CHECK(event.actor == "person:linear/u-mia");
  CHECK(event.body == "+1");
  CHECK(event.relations.empty());
  CHECK_FALSE(event.attributes.contains("state"));
}

TEST_CASE("an attachment ties an issue to its pull request") {
  const auto event = only_event("linear", "", R"({"action": "create", "type": "Attachment",
      "createdAt": "2026-03-01T12:00:00.000Z", "data": {"id": "a-1", "title": "Retry uploads",
      "url": "https://github.com/acme/web/pull/142", "issueId": "i-1", "issue": {"identifier": "LIN-482"}}})");
  CHECK(event.subject == "issue:LIN-482");
  CHECK(has(event, "references pr:acme/web#142"));
}

// As in Sentry's documentation of its integration platform.
constexpr const char* kSentryIssue =
    R"json({"action": "resolved", "actor": {"type": "user", "id": 5,
    "name": "Mia"}, "installation": {"uuid": "7a485448"}, "data": {"issue": {"id": "1170820242",
    "shortId": "WEB-24M", "title": "ReferenceError: x is not defined", "culprit": "?(runner)",
    "status": "resolved", "level": "error", "platform": "javascript",
    "firstSeen": "2026-03-01T11:00:00Z", "web_url": "https://acme.sentry.io/issues/1170820242/",
    "project": {"id": "1", "slug": "web"}, "metadata": {"value": "x is not defined"},
    "assignedTo": {"type": "user", "id": "6", "name": "Tom", "email": "tom@acme.dev"}}}})json";

TEST_CASE("an issue of Sentry's and its errors share a subject") {
  const auto issue = only_event("sentry", "issue", kSentryIssue, "r1");
  CHECK(issue.id == "sentry:issue.resolved:sentry/1170820242:r1");
  CHECK(issue.subject == "issue:sentry/1170820242");
  CHECK(issue.actor == "person:sentry/5");
  CHECK(issue.attributes["state"] == "closed");
  CHECK(issue.attributes["shortId"] == "WEB-24M");
  CHECK(issue.body == "WEB-24M\n?(runner)\nx is not defined");
  CHECK(has(issue, "assigned_to person:tom@acme.dev"));
  CHECK(has(issue, "in_project project:sentry/1"));
  const auto error = only_event("sentry", "event_alert", R"({"action": "triggered",
      "actor": {"id": "sentry", "name": "Sentry", "type": "application"}, "data": {"event":
      {"event_id": "e1", "issue_id": "1170820242", "title": "ReferenceError", "project": 1,
       "datetime": "2026-03-01T11:30:00.391000Z", "web_url": "https://acme.sentry.io/e"},
      "triggered_rule": "Very important"}})");
  CHECK(error.subject == issue.subject);
  CHECK(error.actor == "app:Sentry");
  CHECK(
      error.id ==
      "sentry:event_alert.triggered:sentry/1170820242:e1:Very important:2026-03-01T11:30:00.391Z");
}

TEST_CASE("a metric alert is open until it is resolved") {
  const auto state = [](const std::string& action) {
    return only_event("sentry", "metric_alert", R"({"action": ")" + action + R"(", "data":
        {"description_title": "Too many errors", "metric_alert": {"id": "4", "title": "Errors",
        "date_started": "2026-03-01T11:00:00Z", "date_closed": "2026-03-01T12:00:00Z"}}})")
        .attributes["state"];
  };
  CHECK(state("critical") == "open");
  CHECK(state("resolved") == "closed");
}

TEST_CASE("a sender of one's own may send the store's events, and anything else") {
  const std::string own = R"({"id": "mine-1", "source": "crm", "type": "deal.won",
      "occurredAt": "2026-03-01T12:00:00Z", "subject": "deal:7", "title": "Won"})";
  CHECK(only_event("generic", "", own) == store::parse_event(own).value());
  const auto other = only_event("generic", "", R"({"type": "invoice.paid", "timestamp":
      "2026-03-01T12:00:00Z", "data": {"id": "in_1", "amount": 5, "title": "Invoice 1", "to": {}}})",
                                "msg_1");
  CHECK(other.id == "generic:invoice.paid:in_1:msg_1");
  CHECK(other.subject == "invoice:in_1");
  CHECK(other.attributes == Json::parse(R"({"amount": 5, "id": "in_1", "title": "Invoice 1"})"));
  CHECK(only_event("generic", "", "{}", "msg_2").subject == "provider:generic");
}

TEST_CASE("odd payloads of all of them become valid events") {
  const auto provider = GENERATE(as<std::string>(), "vercel", "linear", "sentry", "generic");
  const auto payload =
      GENERATE(as<std::string>(), "{}", R"({"type": 7, "action": [], "data": 5})",
               R"({"type": "Issue", "data": {"labels": 1, "labelIds": [{}]}, "updatedFrom": 7})",
               R"({"payload": {"deployment": {"meta": []}}, "type": "\u0000\n"})");
  CAPTURE(provider, payload);
  const auto events = events_of(provider, "issue", payload);
  REQUIRE(events.size() == 1);
  CHECK(store::event_from_json(store::to_json(events[0])) == events[0]);
}

}  // namespace
}  // namespace lightfast::providers
