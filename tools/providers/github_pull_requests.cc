#include <array>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/github_hook.h"
#include "tools/providers/github_things.h"
#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

std::string subject_of(const Hook& hook) {
  return hook.thing("pr", '#', hook["pull_request"]["number"]);
}

// Also what only pull requests have.
void relate_all_removed(Draft& draft, const Hook& hook) {
  const auto& action = hook.action();
  relate_removed(draft, hook);
  if (action == "synchronize") draft.unrelate("head", hook.commit(hook["before"]));
  if (action != "review_request_removed") return;
  draft.unrelate("review_requested", person(hook["requested_reviewer"]));
  draft.unrelate("review_requested", team(hook["requested_team"], hook["organization"]));
}

void relate_people(Draft& draft, const Hook& hook, const Value& pull_request) {
  relate_assigned(draft, hook, pull_request);
  for (const Value user : pull_request["requested_reviewers"].items())
    draft.relate("review_requested", person(user));
  for (const Value each : pull_request["requested_teams"].items())
    draft.relate("review_requested", team(each, hook["organization"]));
  if (pull_request["merged_by"]) draft.relate("merged_by", person(pull_request["merged_by"]));
}

void relate_commits(Draft& draft, const Hook& hook, const Value& pull_request) {
  draft.relate("head", hook.commit(pull_request["head"]["sha"]));
  const auto from = pull_request["head"]["repo"]["full_name"].text();
  if (from == hook.repo())  // of a fork it may be gone
    draft.relate("from_branch", hook.branch_or_tag(pull_request["head"]["ref"].text()));
  draft.relate("to_branch", hook.branch_or_tag(pull_request["base"]["ref"].text()));
  draft.unrelate("to_branch", hook.branch_or_tag(hook["changes"]["base"]["ref"]["from"].text()));
  if (state_of(pull_request) == "merged")
    draft.relate("merges", hook.commit(pull_request["merge_commit_sha"]));
}

// What a delivery says of a pull request that it is about, whatever happened to it.
void describe(Draft& draft, const Hook& hook) {
  const auto pull_request = hook["pull_request"];
  describe_thread(draft, hook, pull_request);
  draft.set("draft", pull_request["draft"])
      .set("branch", pull_request["head"]["ref"])
      .set("base", pull_request["base"]["ref"])
      .set("commit", pull_request["head"]["sha"])
      .set("commits", pull_request["commits"])
      .set("changedFiles", pull_request["changed_files"])
      .set("additions", pull_request["additions"])
      .set("deletions", pull_request["deletions"]);
  if (state_of(pull_request) == "merged") draft.set("mergedAt", pull_request["merged_at"]);
}

// The same with an event about a part of it, whose time is its own.
void describe_then(Draft& draft, const Hook& hook) {
  const auto pull_request = hook["pull_request"];
  draft.title(pull_request["title"].text()).url(pull_request["html_url"].text());
  if (stood_then(draft, pull_request)) describe(draft, hook);
}

// Also who is asked, and the commit that is new.
std::string detail_of_any(const Hook& hook) {
  const auto& action = hook.action();
  if (action.starts_with("review_request"))
    return first_text({hook["requested_reviewer"]["login"], hook["requested_team"]["slug"]});
  return action == "synchronize" ? hook["after"].text() : detail_of(hook);
}

void read_pull_request(const Hook& hook, Events& events) {
  const auto pull_request = hook["pull_request"];
  const bool is_merged = hook.action() == "closed" && state_of(pull_request) == "merged";
  auto draft = hook.draft(is_merged ? "pull_request.merged" : hook.type(), subject_of(hook));
  if (hook.action() == "opened") draft.at({pull_request["created_at"]});
  if (hook.action() == "closed") draft.at({pull_request["merged_at"], pull_request["closed_at"]});
  draft.at({pull_request["updated_at"]})
      .about(detail_of_any(hook))
      .among_equals(order_of(hook.action()));
  draft.title(pull_request["title"].text()).body(pull_request["body"].text());
  draft.url(pull_request["html_url"].text());
  describe(draft, hook);
  relate_all_removed(draft, hook);
  relate_people(draft, hook, pull_request);
  relate_commits(draft, hook, pull_request);
  relate_thread_mentions(draft, hook, pull_request);
  hook.finish(draft, events);
}

// A review's judgement holds until its author gives another. It was asked for and is given when the
// review is submitted: one whose text is edited may be an old one.
void relate_judgement(Draft& draft, const Hook& hook, const Value& review) {
  const auto reviewer = person(review["user"]);
  const auto state = kind_name(review["state"].text());
  draft.relate("reviewed_by", reviewer);
  if (hook.action() == "edited") return;
  if (state == "approved") draft.relate("approved_by", reviewer);
  if (state == "changes_requested") draft.relate("changes_requested_by", reviewer);
  if (state == "approved" || state == "dismissed") draft.unrelate("changes_requested_by", reviewer);
  if (state == "changes_requested" || state == "dismissed") draft.unrelate("approved_by", reviewer);
  if (state == "approved" || state == "changes_requested") draft.set("review", state);
  if (state == "dismissed") draft.set("review", Value(Json()));
  if (hook.action() == "submitted") draft.unrelate("review_requested", reviewer);
}

void read_review(const Hook& hook, Events& events) {
  const auto review = hook["review"];
  auto draft = hook.draft(hook.type(), subject_of(hook));
  if (hook.action() == "submitted") draft.at({review["submitted_at"]});
  draft.at({review["updated_at"], hook["pull_request"]["updated_at"], review["submitted_at"]});
  describe_then(draft, hook);
  draft.among_equals(Order::Then);
  draft.about(review["id"].text()).body(review["body"].text()).url(review["html_url"].text());
  relate_judgement(draft, hook, review);
  relate_mentions(draft, review["body"].text(), hook.repo(), Keywords::AreWords);
  hook.finish(draft, events);
}

void read_review_comment(const Hook& hook, Events& events) {
  const auto comment = hook["comment"];
  auto draft = hook.draft(hook.type(), subject_of(hook));
  describe_comment(draft, hook, comment, hook["pull_request"]);
  describe_then(draft, hook);
  draft.relate("comments_on",
               entity("file", fmt::format("{}/{}", hook.repo(), comment["path"].text())));
  hook.finish(draft, events);
}

void read_review_thread(const Hook& hook, Events& events) {
  const Value none;
  const auto thread = hook["thread"];
  const auto& comments = thread["comments"].items();
  const auto first = comments.empty() ? none : Value(comments.front());
  auto draft = hook.draft(hook.type(), subject_of(hook));
  draft.at({hook["updated_at"], hook["pull_request"]["updated_at"]});
  describe_then(draft, hook);
  draft.among_equals(Order::Then);
  draft.about(first_text({thread["node_id"], first["id"]}))
      .body(first["body"].text())
      .url(first["html_url"].text());
  hook.finish(draft, events);
}

constexpr std::array kKinds = {
    Kind{"pull_request", read_pull_request},
    Kind{"pull_request_review", read_review},
    Kind{"pull_request_review_comment", read_review_comment},
    Kind{"pull_request_review_thread", read_review_thread},
};

}  // namespace

std::span<const Kind> pull_request_kinds() { return kKinds; }

}  // namespace lightfast::providers
