#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"
#include "tools/providers/github_hook.h"
#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

constexpr std::size_t kMostFiles = 200;      // that a commit is said to modify
constexpr std::size_t kMostCommits = 2'048;  // of a push, as many as GitHub sends

// By the login, or the address where GitHub knows none.
std::string author(const Value& person) {
  return entity("person", first_text({person["username"], person["email"], person["name"]}));
}

std::string short_ref(std::string_view ref) {
  for (const std::string_view prefix : {"refs/heads/", "refs/tags/"}) {
    if (ref.starts_with(prefix)) return std::string(ref.substr(prefix.size()));
  }
  return std::string(ref);
}

Draft& at_push(Draft& draft, const Hook& hook) {
  return draft.at({hook["repository"]["pushed_at"], hook["head_commit"]["timestamp"]});
}

void relate_files(Draft& draft, const Hook& hook, const Value& commit) {
  std::size_t files = 0;
  std::size_t related = 0;
  for (const char* const how : {"added", "modified", "removed"}) {
    for (const Value file : commit[how].items()) {
      ++files;
      if (++related <= kMostFiles) draft.relate("modifies", hook.thing("file", '/', file));
    }
  }
  draft.set("files", Value(Json(files)));
}

// Commits merged by pull requests name them at the end of their first line: `Retry uploads (#142)`.
std::string pull_request_of(const Hook& hook, std::string_view line) {
  const auto mark = line.rfind("(#");
  if (mark == std::string_view::npos || !line.ends_with(')')) return {};
  const auto number = line.substr(mark + 2, line.size() - mark - 3);
  const bool is_number = !number.empty() && number.size() <= 9 &&
                         number.find_first_not_of("0123456789") == std::string_view::npos;
  return is_number ? entity("pr", fmt::format("{}#{}", hook.repo(), number)) : std::string();
}

void relate_commit_mentions(Draft& draft, const Hook& hook, const std::string& message) {
  const auto line = first_line(message);
  const auto pull_request = pull_request_of(hook, line);
  draft.relate("part_of", pull_request);
  const auto read = pull_request.empty() ? line : line.substr(0, line.rfind("(#"));
  relate_mentions(draft, read + "\n" + after_first_line(message), hook.repo());
}

void read_commit(const Hook& hook, const Value& commit, const std::string& push, Events& events) {
  const auto ref = hook["ref"].text();
  const auto message = commit["message"].text();
  auto draft = hook.draft("commit.pushed", hook.commit(commit["id"]));
  at_push(draft, hook).about(short_ref(ref)).caused_by(push);
  draft.actor(author(commit["author"])).title(first_line(message)).body(after_first_line(message));
  draft.url(commit["url"].text());
  draft.set("sha", commit["id"])
      .set("repo", hook.repo())
      .set("committedAt", commit["timestamp"])
      .set("url", commit["url"]);
  draft.relate("on_branch", hook.branch_or_tag(ref));
  draft.relate("authored_by", author(commit["author"]));
  if (author(commit["committer"]) != author(commit["author"]))
    draft.relate("committed_by", author(commit["committer"]));
  relate_commit_mentions(draft, hook, message);
  relate_files(draft, hook, commit);
  hook.finish(draft, events);
}

std::string messages_of(const Value& commits) {
  std::string lines;
  for (const Value commit : commits.items()) {
    if (lines.size() > store::kMaxBody) break;
    const auto line = first_line(commit["message"].text());
    if (!line.empty()) lines.append(line).append("\n");
  }
  return lines;
}

std::string title_of_push(const Hook& hook, const std::string& ref) {
  if (hook["deleted"].is_true()) return fmt::format("Deleted {}", ref);
  const auto line = first_line(hook["head_commit"]["message"].text());
  return fmt::format("{} {}{}{}", hook["forced"].is_true() ? "Forced push to" : "Push to", ref,
                     line.empty() ? "" : ": ", line);
}

void read_push(const Hook& hook, Events& events) {
  const auto ref = hook["ref"].text();
  auto draft = hook.draft("push", hook.branch_or_tag(ref));
  at_push(draft, hook).about(fmt::format("{}..{}", hook["before"].text(), hook["after"].text()));
  draft.title(title_of_push(hook, short_ref(ref)))
      .body(messages_of(hook["commits"]))
      .url(hook["compare"].text());
  if (!hook["sender"]) draft.actor(entity("person", hook["pusher"]["name"].text()));
  draft.set("name", short_ref(ref)).set("repo", hook.repo()).set("commit", hook["after"]);
  draft.set("state", hook["deleted"].is_true() ? "deleted" : "active");
  draft.relate("head", hook.commit(hook["after"])).unrelate("head", hook.commit(hook["before"]));
  hook.finish(draft, events);
  const auto push = hook.id(draft);
  std::size_t commits = 0;
  for (const Value commit : hook["commits"].items()) {
    if (++commits <= kMostCommits && commit["id"]) read_commit(hook, commit, push, events);
  }
}

// `create` and `delete` of a branch or a tag.
void read_ref(const Hook& hook, Events& events) {
  const auto kind = kind_name(hook["ref_type"].text());
  const auto ref = hook["ref"].text();
  const bool is_created = hook.event() == "create";
  const auto subject = hook.branch_or_tag((kind == "tag" ? "refs/tags/" : "refs/heads/") + ref);
  auto draft = hook.draft(fmt::format("{}.{}", kind, is_created ? "created" : "deleted"),
                          ref.empty() ? std::string() : subject);
  draft.at({hook["repository"]["pushed_at"]});
  draft.title(fmt::format("{} {} {}", is_created ? "Created" : "Deleted", kind, ref))
      .body(hook["description"].text());
  draft.set("name", ref).set("repo", hook.repo());
  draft.set("state", is_created ? "active" : "deleted");
  hook.finish(draft, events);
}

constexpr std::array kKinds = {Kind{"push", read_push}, Kind{"create", read_ref},
                               Kind{"delete", read_ref}};

}  // namespace

std::span<const Kind> push_kinds() { return kKinds; }

}  // namespace lightfast::providers
