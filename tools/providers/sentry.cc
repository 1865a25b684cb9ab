#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/draft.h"
#include "tools/providers/mentions.h"
#include "tools/providers/providers.h"

namespace lightfast::providers {
namespace {

// People by the address where it is told; what is not a person is an app.
std::string actor(const Value& actor) {
  const auto id = actor["id"].text();
  const auto type = actor["type"].text();
  if (type == "application") return entity("app", first_text({actor["name"], actor["id"]}));
  if (type == "team") return id.empty() ? std::string() : entity("team", "sentry/" + id);
  if (const auto email = actor["email"].text(); !email.empty()) return entity("person", email);
  return id.empty() ? std::string() : entity("person", "sentry/" + id);
}

// Issues are known by Sentry's ids: errors and alerts say no other.
std::string issue(const Value& id) {
  const auto text = id.text();
  return text.empty() ? std::string() : entity("issue", "sentry/" + text);
}

std::string project(const Value& project) {
  const auto id = first_text({project["id"], project});
  return id.empty() ? std::string() : entity("project", "sentry/" + id);
}

std::string state_of(const std::string& status) {
  if (status == "unresolved") return "open";
  return status == "resolved" || status == "resolvedInNextRelease" ? "closed" : status;
}

void read_issue(Draft& draft, const Value& body) {
  const auto found = body["data"]["issue"];
  const auto status = found["status"].text();
  const auto assignee = found["assignedTo"];
  if (body["action"].text() == "created") draft.at({found["firstSeen"]});
  draft.title(found["title"].text())
      .body(in_lines(
          {found["shortId"].text(), found["culprit"].text(), found["metadata"]["value"].text()}))
      .url(first_text({found["web_url"], found["permalink"]}));
  draft.set("title", found["title"])
      .set("shortId", found["shortId"])
      .set("culprit", found["culprit"])
      .set("level", found["level"])
      .set("platform", found["platform"])
      .set("project", found["project"]["slug"])
      .set("url", first_text({found["web_url"], found["permalink"]}));
  if (!status.empty()) draft.set("status", status).set("state", state_of(status));
  if (assignee.is_null()) draft.set("assignee", assignee);
  draft.set("assignee", assignee["name"]);
  draft.relate("in_project", project(found["project"]));
  draft.relate("assigned_to", actor(assignee));
}

// One error of an issue, whether it raised an alert or not.
void read_error(Draft& draft, const Value& body) {
  const auto data = body["data"];
  const auto error = data["error"] ? data["error"] : data["event"];
  draft.at({error["datetime"], error["timestamp"]}).about(error["event_id"].text());
  const auto rule = data["triggered_rule"];
  draft.about(rule.text());
  draft.title(first_text({error["title"], error["message"]}))
      .body(in_lines({rule.text(), error["culprit"].text(),
                      first_text({error["metadata"]["value"], error["message"]})}))
      .url(error["web_url"].text());
  draft.set("title", error["title"])
      .set("culprit", error["culprit"])
      .set("level", error["level"])
      .set("platform", error["platform"])
      .set("release", error["release"])
      .set("environment", error["environment"]);
  draft.relate("in_project", project(error["project"]));
}

void read_metric_alert(Draft& draft, const Value& body) {
  const auto data = body["data"];
  const auto alert = data["metric_alert"];
  const bool is_over = body["action"].text() == "resolved";
  draft.at({is_over ? alert["date_closed"] : alert["date_started"], alert["date_detected"],
            alert["date_created"]});
  draft.title(data["description_title"].text())
      .body(data["description_text"].text())
      .url(data["web_url"].text());
  draft.set("title", first_text({alert["title"], alert["alert_rule"]["name"]}))
      .set("status", body["action"])
      .set("state", is_over ? "closed" : "open");
  for (const Value slug : alert["projects"].items()) draft.relate("in_project", project(slug));
}

void read_comment(Draft& draft, const Value& body) {
  const auto data = body["data"];
  draft.at({data["timestamp"]}).about(data["comment_id"].text());
  draft.title(fmt::format("Comment on {}", data["project_slug"].text()));
  draft.body(data["comment"].text());
  draft.relate("commented_by", actor(body["actor"]));
  relate_mentions(draft, data["comment"].text(), {}, Keywords::AreWords);
}

void read_other(Draft& draft, const Value& body) {
  const auto data = body["data"];
  draft.title(draft.type()).body(first_text({data["description"], data["message"]}));
}

std::string subject_of(const Value& body) {
  const auto data = body["data"];
  const auto alert = data["metric_alert"]["id"].text();
  for (auto found : {issue(data["issue"]["id"]), issue(data["error"]["issue_id"]),
                     issue(data["event"]["issue_id"]), issue(data["issue_id"]),
                     alert.empty() ? std::string() : entity("alert", "sentry/" + alert),
                     entity("installation", body["installation"]["uuid"].text())}) {
    if (!found.empty()) return found;
  }
  return "provider:sentry";
}

struct Resource {
  std::string_view name;
  void (*read)(Draft& draft, const Value& body);
};
constexpr std::array kResources = {
    Resource{"issue", read_issue},       Resource{"error", read_error},
    Resource{"event_alert", read_error}, Resource{"metric_alert", read_metric_alert},
    Resource{"comment", read_comment},   Resource{"activity_alert", read_issue},
};

}  // namespace

std::vector<store::Event> sentry_events(const Notice& notice) {
  const Value body(notice.payload);
  const auto resource = kind_name(notice.event.empty() ? "unknown" : notice.event);
  const auto action = body["action"].text();
  Draft draft("sentry", action.empty() ? resource : resource + "." + action, subject_of(body));
  draft.actor(actor(body["actor"]));
  const auto* const found = std::ranges::find(kResources, resource, &Resource::name);
  found != kResources.end() ? found->read(draft, body) : read_other(draft, body);
  Events events;
  draft.finish(events, {.delivery = notice.id, .received_at = notice.received_at});
  return events;
}

}  // namespace lightfast::providers
