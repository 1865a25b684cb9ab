#include "tools/providers/github_things.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include "tools/providers/mentions.h"

namespace lightfast::providers {

namespace {

std::string edited(const Hook& hook) {
  std::string names;
  const auto changes = hook["changes"];
  if (hook.action() != "edited" || !changes.is_object()) return names;
  for (const auto& [name, change] : changes.json()->items())
    names.append(names.empty() ? "" : "+").append(name);
  return names;
}

}  // namespace

std::string label(const Hook& hook, const Value& label) {
  return hook.thing("label", '/', label["name"]);
}

std::string milestone(const Hook& hook, const Value& milestone) {
  return hook.thing("milestone", '#', milestone["number"]);
}

std::string state_of(const Value& thread) {
  const auto as_issue = thread["pull_request"];
  if (thread["merged"].is_true() || thread["merged_at"] || as_issue["merged_at"]) return "merged";
  auto state = thread["state"].text();
  const bool may_be_merged =
      state == "closed" && as_issue && as_issue["merged_at"].json() == nullptr;
  return may_be_merged ? std::string() : state;
}

void describe_thread(Draft& draft, const Hook& hook, const Value& thread) {
  draft.set("number", thread["number"])
      .set("title", thread["title"])
      .set("url", thread["html_url"])
      .set("repo", hook.repo())
      .set("author", thread["user"]["login"])
      .set("locked", thread["locked"]);
  if (auto state = state_of(thread); !state.empty()) draft.set("state", std::move(state));
  if (thread["labels"]) draft.set("labels", names_of(thread["labels"], "name"));
  if (thread["assignees"]) draft.set("assignees", names_of(thread["assignees"], "login"));
  if (thread["milestone"].is_null()) draft.set("milestone", thread["milestone"]);
  draft.set("milestone", thread["milestone"]["title"]);
}

void relate_assigned(Draft& draft, const Hook& hook, const Value& thread) {
  draft.relate("authored_by", person(thread["user"]));
  for (const Value user : thread["assignees"].items()) draft.relate("assigned_to", person(user));
  for (const Value each : thread["labels"].items()) draft.relate("labeled", label(hook, each));
  draft.relate("in_milestone", milestone(hook, thread["milestone"]));
}

void relate_thread_mentions(Draft& draft, const Hook& hook, const Value& thread) {
  const auto changes = hook["changes"];
  relate_mentions(draft, thread["body"].text(), hook.repo(), Keywords::Count,
                  changes["body"]["from"].text());
  relate_mentions(draft, thread["title"].text(), hook.repo(), Keywords::AreWords,
                  changes["title"]["from"].text());
}

void relate_removed(Draft& draft, const Hook& hook) {
  const auto& action = hook.action();
  if (action == "unlabeled") draft.unrelate("labeled", label(hook, hook["label"]));
  if (action == "unassigned") draft.unrelate("assigned_to", person(hook["assignee"]));
  if (action == "demilestoned") draft.unrelate("in_milestone", milestone(hook, hook["milestone"]));
}

std::string detail_of(const Hook& hook) {
  const auto& action = hook.action();
  if (action.ends_with("labeled")) return hook["label"]["name"].text();
  if (action.ends_with("assigned")) return hook["assignee"]["login"].text();
  return action.ends_with("milestoned") ? hook["milestone"]["number"].text() : edited(hook);
}

Order order_of(const std::string& action) {
  static constexpr std::array<std::string_view, 5> kSettling = {"closed", "reopened", "deleted",
                                                                "transferred", "completed"};
  static constexpr std::array<std::string_view, 5> kFirst = {"opened", "created", "queued",
                                                             "requested", "waiting"};
  if (std::ranges::find(kSettling, action) != kSettling.end()) return Order::Last;
  return std::ranges::find(kFirst, action) != kFirst.end() ? Order::First : Order::Then;
}

// The times of one that was deleted are of its making and of its last edit.
void describe_comment(Draft& draft, const Hook& hook, const Value& comment, const Value& thread) {
  const auto& action = hook.action();
  const auto made = comment["created_at"];
  const auto changed = comment["updated_at"];
  const auto thread_changed = thread["updated_at"];
  if (action == "created") draft.at({made});
  if (action != "deleted") draft.at({changed, made});
  if (action == "deleted") draft.once();
  if (action == "deleted" && thread_changed.moment())
    draft.at(latest_moment({made, changed, thread_changed}));
  draft.among_equals(Order::Then).about(comment["id"].text());
  draft.body(comment["body"].text()).url(comment["html_url"].text());
  draft.relate("commented_by", person(comment["user"]));
  if (action != "deleted")
    relate_mentions(draft, comment["body"].text(), hook.repo(), Keywords::AreWords);
}

// A comment and the thread that it is in are written one after the other.
bool stood_then(const Draft& draft, const Value& thread) {
  constexpr std::chrono::seconds kMeanwhile(5);
  const auto changed = thread["updated_at"].moment();
  return draft.time() && (!changed || *changed <= *draft.time() + kMeanwhile);
}

}  // namespace lightfast::providers
