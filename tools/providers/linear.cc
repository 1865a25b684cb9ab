#include <algorithm>
#include <array>
#include <cctype>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/draft.h"
#include "tools/providers/mentions.h"
#include "tools/providers/providers.h"

namespace lightfast::providers {
namespace {

// A delivery of Linear's.
struct Change {
  Value body;    // all of it
  Value data;    // what it is about, as it is now
  Value before;  // the members of it that have changed, as they were
};

// People are known by Linear's ids: only these are in all that is said of them, also of who was
// assigned before.
std::string person(const Value& id) {
  const auto text = id.text();
  return text.empty() ? std::string() : entity("person", "linear/" + text);
}

// The member itself, or the one that names it: `assignee.id` or `assigneeId`.
Value id_in(const Value& data, std::string_view name) {
  const auto id = data[name]["id"];
  return id ? id : data[std::string(name) + "Id"];
}

// `LIN-482`, also where only its URL says that.
std::string issue(const Value& issue, const Value& url) {
  if (const auto identifier = issue["identifier"].text(); !identifier.empty())
    return entity("issue", identifier);
  if (auto at = entity_at(url.text()); !at.empty()) return at;
  return entity("issue", issue["id"].text());
}

std::string state_of(const Value& state) {
  const auto type = state["type"].text();
  static constexpr std::array<std::string_view, 4> kClosed = {"completed", "canceled", "cancelled",
                                                              "duplicate"};
  return std::ranges::find(kClosed, type) != kClosed.end() ? "closed" : "open";
}

// From an id that has changed to what it was: that edge is there no more.
void unrelate_changed(Draft& draft, const Change& change) {
  struct Edge {
    const char *member, *relation, *type;
  };
  static constexpr std::array kEdges = {
      Edge{"assigneeId", "assigned_to", "person"}, Edge{"leadId", "led_by", "person"},
      Edge{"projectId", "in_project", "project"}, Edge{"cycleId", "in_cycle", "cycle"},
      Edge{"projectMilestoneId", "in_milestone", "milestone"}};
  for (const auto& [member, relation, type] : kEdges) {
    const auto id = change.before[member];
    const bool is_person = std::string_view(type) == "person";
    draft.unrelate(relation, is_person ? person(id) : entity(type, id.text()));
  }
  for (const Value label : change.before["labelIds"].items()) {
    const auto& now = change.data["labelIds"].items();
    if (std::ranges::find(now, *label.json()) == now.end())
      draft.unrelate("labeled", entity("label", label.text()));
  }
}

void relate_labels(Draft& draft, const Value& data) {
  for (const Value id : data["labelIds"].items())
    draft.relate("labeled", entity("label", id.text()));
  std::vector<std::string> names;
  for (const Value label : data["labels"].items()) {
    draft.relate("labeled", entity("label", label["id"].text()));
    names.push_back(label["name"].text());
  }
  if (data["labels"]) draft.set("labels", std::move(names));
}

void relate_place(Draft& draft, const Value& data) {
  draft.relate("part_of", entity("team", data["team"]["key"].text()));
  draft.relate("in_project", entity("project", id_in(data, "project").text()));
  draft.relate("in_cycle", entity("cycle", id_in(data, "cycle").text()));
  draft.relate("in_milestone", entity("milestone", id_in(data, "projectMilestone").text()));
  if (const auto parent = data["parent"]; parent)
    draft.relate("parent", issue(parent, parent["url"]));
}

// What an issue was called before, in the teams that it was in.
std::vector<std::string> earlier_names(const Change& change) {
  const auto now = issue(change.data, change.body["url"]);
  std::vector<std::string> names;
  const auto add = [&names, &now](const Value& identifier) {
    auto name = entity("issue", identifier.text());
    const bool is_new =
        !name.empty() && name != now && std::ranges::find(names, name) == names.end();
    if (is_new) names.push_back(std::move(name));
  };
  for (const Value old : change.data["previousIdentifiers"].items()) add(old);
  add(change.before["identifier"]);
  return names;
}

// A null says that there is none; a name is of what is there.
void set_name(Draft& draft, std::string_view name, const Value& data) {
  if (data[name].is_null()) draft.set(name, data[name]);
  if (const auto id = data[std::string(name) + "Id"]; id.is_null()) draft.set(name, id);
  draft.set(name, data[name]["name"]);
}

void read_issue(Draft& draft, const Change& change) {
  const auto& data = change.data;
  draft.title(data["title"].text()).body(data["description"].text());
  draft.set("identifier", data["identifier"])
      .set("number", data["number"])
      .set("title", data["title"])
      .set("priority", data["priorityLabel"])
      .set("estimate", data["estimate"])
      .set("dueDate", data["dueDate"])
      .set("branch", data["branchName"])
      .set("team", data["team"]["key"]);
  if (data["state"])
    draft.set("state", state_of(data["state"])).set("status", data["state"]["name"]);
  for (const char* const name : {"assignee", "project", "creator"}) set_name(draft, name, data);
  draft.relate("authored_by", person(id_in(data, "creator")));
  draft.relate("assigned_to", person(id_in(data, "assignee")));
  relate_place(draft, data);
  // One that has come back has moved no more.
  for (const auto& old : earlier_names(change))
    draft.relate("renamed_from", old).unrelate("moved_to", old);
  relate_labels(draft, data);
  relate_mentions(draft, data["description"].text(), {}, Keywords::AreWords,
                  change.before["description"].text());
}

void read_comment(Draft& draft, const Change& change) {
  const auto& data = change.data;
  draft.about(data["id"].text())
      .title(first_text({data["issue"]["title"], data["project"]["name"]}));
  draft.body(data["body"].text());
  draft.relate("commented_by", person(id_in(data, "user")));
  relate_mentions(draft, data["body"].text(), {}, Keywords::AreWords);
}

// Nobody has said anything.
void read_reaction(Draft& draft, const Change& change) {
  const auto& data = change.data;
  draft.about(data["id"].text())
      .title(first_text({data["issue"]["title"], data["project"]["name"], data["emoji"]}));
  draft.body(data["emoji"].text());
}

// A link from an issue to elsewhere, such as the pull request that resolves it.
void read_attachment(Draft& draft, const Change& change) {
  const auto& data = change.data;
  draft.about(data["id"].text()).title(data["title"].text()).body(data["subtitle"].text());
  draft.relate("references", entity_at(data["url"].text()));
}

// Nobody completes a label or a person. Payloads may leave out what is null.
bool may_be_done(const Change& change) {
  static constexpr std::array<std::string_view, 3> kDone = {"Project", "Cycle", "Initiative"};
  const auto& data = change.data;
  const bool says_so =
      data["completedAt"].json() != nullptr || data["canceledAt"].json() != nullptr;
  return says_so || std::ranges::find(kDone, change.body["type"].text()) != kDone.end();
}

// Projects, cycles, labels, documents, initiatives, people and the like.
void read_named(Draft& draft, const Change& change) {
  const auto& data = change.data;
  const auto name = first_text({data["name"], data["title"], data["emoji"]});
  draft.title(name.empty() ? draft.type() : name)
      .body(first_text({data["body"], data["description"], data["content"]}));
  draft.set("name", name)
      .set("description", data["description"])
      .set("status", first_text({data["status"]["name"], data["state"], data["health"]}))
      .set("number", data["number"])
      .set("startsAt", first_text({data["startsAt"], data["startDate"]}))
      .set("endsAt", first_text({data["endsAt"], data["targetDate"]}))
      .set("email", data["email"]);
  if (may_be_done(change))
    draft.set("state", data["completedAt"] || data["canceledAt"] ? "closed" : "open");
  draft.relate("led_by", person(id_in(data, "lead")));
  draft.relate("created_by", person(id_in(data, data["userId"] ? "user" : "creator")));
  for (const Value member : data["memberIds"].items()) draft.relate("has_member", person(member));
  for (const Value member : change.before["memberIds"].items())
    draft.unrelate("has_member", person(member));
  relate_place(draft, data);
}

std::string subject_of_issue(const Change& change) {
  return issue(change.data, change.body["url"]);
}

// What a comment, a reaction or an attachment is on.
std::string subject_of_part(const Change& change) {
  const auto& data = change.data;
  for (const Value& holder : {data, data["comment"]}) {
    if (holder["issue"] || holder["issueId"]) {
      auto of_issue = issue(holder["issue"], change.body["url"]);
      return of_issue.empty() ? entity("issue", holder["issueId"].text()) : of_issue;
    }
  }
  for (auto found : {entity("project", id_in(data, "project").text()),
                     entity("project_update", id_in(data, "projectUpdate").text()),
                     entity("initiative_update", id_in(data, "initiativeUpdate").text()),
                     entity("document", id_in(data, "documentContent").text())}) {
    if (!found.empty()) return found;
  }
  return {};
}

struct Model {
  std::string_view type;                         // Linear's
  std::string_view entity;                       // ours, and what event types begin with
  std::string (*subject)(const Change& change);  // null: the entity with its id
  void (*read)(Draft& draft, const Change& change);
};
constexpr std::array kModels = {
    Model{"Issue", "issue", subject_of_issue, read_issue},
    Model{"Comment", "comment", subject_of_part, read_comment},
    Model{"Reaction", "reaction", subject_of_part, read_reaction},
    Model{"Attachment", "attachment", subject_of_part, read_attachment},
    Model{"IssueLabel", "label", nullptr, read_named},
    Model{"User", "person", [](const Change& change) { return person(change.data["id"]); },
          read_named},
};

// `ProjectUpdate` as `project_update`, `IssueSLA` as `issue_sla`.
std::string in_snake_case(std::string_view name) {
  std::string text;
  bool was_small = false;
  for (const char c : name) {
    const bool is_upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    if (is_upper && was_small) text += '_';
    text += c;
    was_small = !is_upper;
  }
  return kind_name(text);
}

std::string done(std::string_view action) {
  if (action == "create") return "created";
  if (action == "update") return "updated";
  return action == "remove" ? "removed" : kind_name(action);
}

std::string url_of(const Change& change) {
  return first_text({change.body["url"], change.data["url"]});
}

Draft draft_of(const Change& change, std::string_view type, std::string subject) {
  const auto& body = change.body;
  const auto action = body["action"].text();
  Draft draft("linear", type, std::move(subject));
  if (action == "create") draft.at({change.data["createdAt"]});
  if (action == "update") draft.at({change.data["updatedAt"]});
  if (action == "remove") draft.once();
  draft.at({body["createdAt"]}).actor(person(body["actor"]["id"])).url(url_of(change));
  return draft;
}

// An issue that has gone to another team is another one from then on: what it was called is not
// open any more.
void move_issue(const Change& change, const std::string& cause, const Occasion& occasion,
                Events& events) {
  const auto& before = change.before;
  const bool is_moved = before["teamId"] || before["identifier"] || before["previousIdentifiers"];
  if (!is_moved) return;
  for (auto& old : earlier_names(change)) {
    auto draft = draft_of(change, "issue.moved", std::move(old));
    draft.title(change.data["title"].text()).set("state", "moved").caused_by(cause);
    draft.relate("moved_to", issue(change.data, change.body["url"]));
    draft.finish(events, occasion);
  }
}

}  // namespace

std::vector<store::Event> linear_events(const Notice& notice) {
  const Value body(notice.payload);
  const Change change{.body = body, .data = body["data"], .before = body["updatedFrom"]};
  const auto type = body["type"].text();
  const auto action = body["action"].text();
  const auto* const found = std::ranges::find(kModels, type, &Model::type);
  const auto name = in_snake_case(type);
  const Model model = found != kModels.end() ? *found : Model{type, name, nullptr, read_named};
  auto subject = model.subject == nullptr ? entity(model.entity, change.data["id"].text())
                                          : model.subject(change);
  if (subject.empty()) subject = "provider:linear";
  auto draft =
      draft_of(change, fmt::format("{}.{}", model.entity, done(action)), std::move(subject));
  unrelate_changed(draft, change);
  model.read(draft, change);
  const bool is_part = model.subject == subject_of_part;  // the subject is still there
  if (action == "remove" && !is_part) draft.set("state", "deleted");
  const Occasion occasion{.delivery = notice.id, .received_at = notice.received_at};
  Events events;
  draft.finish(events, occasion);
  if (type == "Issue") move_issue(change, draft.id(occasion), occasion, events);
  return events;
}

}  // namespace lightfast::providers
