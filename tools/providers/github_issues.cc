#include <array>

#include "tools/providers/github_hook.h"
#include "tools/providers/github_things.h"
#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

// Pull requests are issues, too, in what is said of their comments.
std::string subject_of(const Hook& hook) {
  const auto issue = hook["issue"];
  return hook.thing(issue["pull_request"] ? "pr" : "issue", '#', issue["number"]);
}

std::string discussion_of(const Hook& hook) {
  return hook.thing("discussion", '#', hook["discussion"]["number"]);
}

// Where an issue or a discussion went to that is another repository's now.
std::string moved_to(std::string_view type, const Hook& hook, std::string_view member) {
  const auto thing = hook["changes"][member];
  const auto repo = hook["changes"]["new_repository"]["full_name"].text();
  const auto number = thing["number"].text();
  return repo.empty() || number.empty() ? std::string() : entity(type, repo + "#" + number);
}

bool is_gone(const Hook& hook) {
  return hook.action() == "deleted" || hook.action() == "transferred";
}

// It is not there any more under this name, though the payload still says that it is open; its
// times are of what was before.
void set_gone(Draft& draft, const Hook& hook, const Value& thread) {
  if (is_gone(hook))
    draft.gone({thread["updated_at"], thread["created_at"]}).set("state", hook.action());
}

void read_issue(const Hook& hook, Events& events) {
  const auto issue = hook["issue"];
  auto draft = hook.draft(hook.type(), subject_of(hook));
  if (hook.action() == "opened") draft.at({issue["created_at"]});
  if (hook.action() == "closed") draft.at({issue["closed_at"]});
  draft.at({issue["updated_at"], issue["created_at"]}).about(detail_of(hook));
  draft.among_equals(order_of(hook.action()));
  draft.title(issue["title"].text()).body(issue["body"].text()).url(issue["html_url"].text());
  describe_thread(draft, hook, issue);
  draft.set("stateReason", issue["state_reason"]).set("type", issue["type"]["name"]);
  set_gone(draft, hook, issue);
  relate_removed(draft, hook);
  relate_assigned(draft, hook, issue);
  relate_thread_mentions(draft, hook, issue);
  draft.relate("moved_to", moved_to("issue", hook, "new_issue"));
  hook.finish(draft, events);
}

void read_issue_comment(const Hook& hook, Events& events) {
  const auto issue = hook["issue"];
  auto draft = hook.draft(hook.type(), subject_of(hook));
  draft.title(issue["title"].text());
  describe_comment(draft, hook, hook["comment"], issue);
  if (stood_then(draft, issue)) describe_thread(draft, hook, issue);
  hook.finish(draft, events);
}

// `sub_issues` and `issue_dependencies` name both ends.
void read_issue_link(const Hook& hook, Events& events) {
  const auto of = [&hook](const char* repo, const char* issue) {
    const auto named = first_text({hook[repo]["full_name"], hook["repository"]["full_name"]});
    const auto number = hook[issue]["number"].text();
    return number.empty() ? std::string() : entity("issue", named + "#" + number);
  };
  const bool is_sub_issue = hook.event() == "sub_issues";
  const auto subject =
      is_sub_issue ? of("sub_issue_repo", "sub_issue") : of("blocked_issue_repo", "blocked_issue");
  const auto other = is_sub_issue ? of("parent_issue_repo", "parent_issue")
                                  : of("blocking_issue_repo", "blocking_issue");
  const auto thing = hook[is_sub_issue ? "sub_issue" : "blocked_issue"];
  auto draft = hook.draft(hook.type(), subject);
  draft.at({thing["updated_at"]}).about(other);
  draft.title(thing["title"].text()).url(thing["html_url"].text());
  const auto* const type = is_sub_issue ? "parent" : "blocked_by";
  const bool is_removed = hook.action().ends_with("_removed");
  is_removed ? draft.unrelate(type, other) : draft.relate(type, other);
  hook.finish(draft, events);
}

void describe_discussion(Draft& draft, const Hook& hook) {
  const auto discussion = hook["discussion"];
  describe_thread(draft, hook, discussion);
  draft.set("category", discussion["category"]["name"])
      .set("answered", Value(Json(static_cast<bool>(discussion["answer_html_url"]))));
}

void read_discussion(const Hook& hook, Events& events) {
  const auto discussion = hook["discussion"];
  auto draft = hook.draft(hook.type(), discussion_of(hook));
  if (hook.action() == "created") draft.at({discussion["created_at"]});
  if (hook.action() == "answered") draft.at({discussion["answer_chosen_at"]});
  draft.at({discussion["updated_at"], discussion["created_at"]}).about(detail_of(hook));
  draft.among_equals(order_of(hook.action()));
  draft.title(discussion["title"].text());
  describe_discussion(draft, hook);
  set_gone(draft, hook, discussion);
  const auto answer = hook["answer"];
  draft.body(first_text({answer["body"], discussion["body"]}))
      .url(first_text({answer["html_url"], discussion["html_url"]}));
  relate_removed(draft, hook);
  relate_assigned(draft, hook, discussion);
  relate_thread_mentions(draft, hook, discussion);
  draft.relate("answered_by", person(answer["user"]));
  draft.unrelate("answered_by", person(hook["old_answer"]["user"]));
  draft.relate("moved_to", moved_to("discussion", hook, "new_discussion"));
  hook.finish(draft, events);
}

void read_discussion_comment(const Hook& hook, Events& events) {
  const auto discussion = hook["discussion"];
  auto draft = hook.draft(hook.type(), discussion_of(hook));
  draft.title(discussion["title"].text());
  describe_comment(draft, hook, hook["comment"], discussion);
  if (stood_then(draft, discussion)) describe_discussion(draft, hook);
  hook.finish(draft, events);
}

constexpr std::array kKinds = {
    Kind{"issues", read_issue},          Kind{"issue_comment", read_issue_comment},
    Kind{"sub_issues", read_issue_link}, Kind{"issue_dependencies", read_issue_link},
    Kind{"discussion", read_discussion}, Kind{"discussion_comment", read_discussion_comment},
};

}  // namespace

std::span<const Kind> issue_kinds() { return kKinds; }

}  // namespace lightfast::providers
