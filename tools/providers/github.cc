#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/github_hook.h"
#include "tools/providers/providers.h"

namespace lightfast::providers {
namespace {

// What a kind is about that has no reader of its own: which member, and what names it. Where the
// mark is 0 the name stands for itself, not for a thing of the repository.
struct Part {
  std::string_view event, member, type, name;
  char mark;
};
constexpr std::array kParts = {
    Part{"label", "label", "label", "name", '/'},
    Part{"milestone", "milestone", "milestone", "number", '#'},
    Part{"branch_protection_rule", "rule", "branch", "name", '@'},
    Part{"code_scanning_alert", "alert", "code_scanning_alert", "number", '#'},
    Part{"dependabot_alert", "alert", "dependabot_alert", "number", '#'},
    Part{"secret_scanning_alert", "alert", "secret_scanning_alert", "number", '#'},
    Part{"repository_vulnerability_alert", "alert", "vulnerability_alert", "id", 0},
    Part{"security_advisory", "security_advisory", "advisory", "ghsa_id", 0},
    Part{"repository_advisory", "repository_advisory", "advisory", "ghsa_id", 0},
    Part{"deploy_key", "key", "deploy_key", "id", 0},
    Part{"package", "package", "package", "id", 0},
    Part{"registry_package", "registry_package", "package", "id", 0},
    Part{"page_build", "build", "repo", "", 0},
    Part{"project", "project", "project", "id", 0},
    Part{"project_card", "project_card", "project_card", "id", 0},
    Part{"project_column", "project_column", "project_column", "id", 0},
    Part{"projects_v2", "projects_v2", "project", "node_id", 0},
    Part{"projects_v2_item", "projects_v2_item", "project_item", "id", 0},
    Part{"merge_group", "merge_group", "commit", "head_sha", '@'},
    Part{"deployment_review", "workflow_run", "workflow_run", "id", 0},
    Part{"deployment_protection_rule", "deployment", "deployment", "id", 0},
    Part{"sponsorship", "sponsorship", "sponsorship", "node_id", 0},
    Part{"meta", "hook", "webhook", "id", 0},
};

// Of which kind nothing is known: about what has its name.
Part part_of(std::string_view event) {
  const auto* const found = std::ranges::find(kParts, event, &Part::event);
  return found == kParts.end() ? Part{event, event, {}, {}, 0} : *found;
}

std::string subject_of(const Hook& hook, const Part& part) {
  if (part.name.empty()) return {};
  const auto name = hook[part.member][part.name];
  return part.mark == 0 ? entity(part.type, name.text()) : hook.thing(part.type, part.mark, name);
}

void describe(Draft& draft, const Value& thing) {
  if (auto title = first_text({thing["title"], thing["name"]}); !title.empty())
    draft.set("title", std::move(title));
  draft.set("state", thing["state"]).set("url", thing["html_url"]);
}

// What it points to: a project's item to what is in it, and all to who made it.
void relate_parts(Draft& draft, const Hook& hook, const Value& thing) {
  draft.relate("created_by", person(thing["creator"]));
  draft.relate("in_project", entity("project", thing["project_node_id"].text()));
  draft.relate("references", entity("node", thing["content_node_id"].text()));
  draft.relate("on_branch", hook.branch_or_tag(hook["ref"].text()));
  if (hook.event() == "label")
    draft.relate("renamed_from", hook.thing("label", '/', hook["changes"]["name"]["from"]));
}

std::string title_of(const Hook& hook, const Value& thing) {
  const auto rule = thing["rule"];
  const auto advisory = thing["security_advisory"];
  const auto title =
      first_text({thing["title"], thing["name"], thing["summary"], advisory["summary"],
                  rule["description"], thing["affected_package_name"], thing["note"]});
  const auto what = hook.type();
  return title.empty()
             ? fmt::format("{} of {}", what, hook.place().substr(hook.place().find(':') + 1))
             : title;
}

// The pages of a wiki that were changed, and the like.
std::string body_of(const Hook& hook, const Value& thing) {
  auto body = first_text({thing["description"], thing["body"], thing["note"],
                          thing["security_advisory"]["description"],
                          thing["rule"]["full_description"], hook["description"], hook["zen"]});
  for (const Value page : hook["pages"].items())
    body += fmt::format("{} {}\n", page["title"].text(), page["action"].text());
  return body;
}

const Kind* kind_of(std::string_view event) {
  for (const auto kinds :
       {pull_request_kinds(), issue_kinds(), push_kinds(), run_kinds(), repository_kinds()}) {
    const auto found = std::ranges::find(kinds, event, &Kind::event);
    if (found != kinds.end()) return &*found;
  }
  return nullptr;
}

}  // namespace

void read_other(const Hook& hook, Events& events) {
  const auto part = part_of(hook.event());
  const auto thing = hook[part.member];
  const auto subject = subject_of(hook, part);
  auto draft = hook.draft(hook.type(), subject);
  const bool is_deleted = hook.action() == "deleted" && !subject.empty();
  const auto id = first_text({thing["id"], thing["node_id"]});
  if (hook.action() == "created") draft.at({thing["created_at"]});
  draft.at({thing["updated_at"], thing["created_at"], hook["starred_at"]});
  if (subject.empty()) draft.about(first_text({thing["number"], thing["id"], thing["node_id"]}));
  if (is_deleted && !id.empty()) draft.about(id).gone({thing["updated_at"], thing["created_at"]});
  if (hook["starred_at"]) draft.about(hook["sender"]["login"].text());
  draft.title(title_of(hook, thing)).body(body_of(hook, thing)).url(thing["html_url"].text());
  if (!subject.empty()) describe(draft, thing);
  if (is_deleted && part.type == part.event) draft.set("state", "deleted");
  relate_parts(draft, hook, thing);
  hook.finish(draft, events);
}

std::vector<store::Event> github_events(const Notice& notice) {
  const Hook hook(notice);
  Events events;
  const auto* const kind = kind_of(hook.event());
  kind != nullptr ? kind->read(hook, events) : read_other(hook, events);
  return events;
}

}  // namespace lightfast::providers
