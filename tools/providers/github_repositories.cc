// The repository itself, and what is made of parts that are alike: labels, milestones, teams,
// alerts and the many kinds that only few care for.
#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/github_hook.h"
#include "tools/providers/github_things.h"
#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

void describe_repository(Draft& draft, const Value& repository) {
  draft.url(repository["html_url"].text());
  draft.set("name", repository["full_name"])
      .set("description", repository["description"])
      .set("private", repository["private"])
      .set("visibility", repository["visibility"])
      .set("archived", repository["archived"])
      .set("language", repository["language"])
      .set("defaultBranch", repository["default_branch"])
      .set("url", repository["html_url"]);
  draft.relate("owned_by", account(repository["owner"]));
}

// The name that it had, of whoever's it was.
std::string earlier_name(const Hook& hook) {
  const auto changes = hook["changes"];
  const auto repository = hook["repository"];
  const auto old_name = changes["repository"]["name"]["from"].text();
  if (!old_name.empty())
    return entity("repo", fmt::format("{}/{}", repository["owner"]["login"].text(), old_name));
  const auto old_owner = first_text({changes["owner"]["from"]["user"]["login"],
                                     changes["owner"]["from"]["organization"]["login"]});
  return old_owner.empty()
             ? std::string()
             : entity("repo", fmt::format("{}/{}", old_owner, repository["name"].text()));
}

// Under the name that it had it is not there any more.
void move_repository(const Hook& hook, const std::string& earlier, const std::string& cause,
                     Events& events) {
  Draft draft("github", hook.type(), earlier);  // no part of the repository, as others are
  draft.at({hook["repository"]["updated_at"]}).actor(person(hook["sender"]));
  draft.title(fmt::format("{} {}", earlier.substr(earlier.find(':') + 1), hook.action()));
  draft.url(hook["repository"]["html_url"].text()).set("state", "moved").caused_by(cause);
  draft.relate("moved_to", entity("repo", hook.repo()));
  hook.finish(draft, events);
}

void read_repository(const Hook& hook, Events& events) {
  const auto repository = hook["repository"];
  auto draft = hook.draft(hook.type(), entity("repo", hook.repo()));
  if (hook.action() == "created") draft.at({repository["created_at"]});
  draft.at({repository["updated_at"]});
  if (hook.action() == "deleted")
    draft.about(repository["id"].text())
        .gone({repository["updated_at"], repository["created_at"], repository["pushed_at"]});
  draft.title(fmt::format("{} {}", hook.repo(), hook.action()))
      .body(repository["description"].text());
  describe_repository(draft, repository);
  draft.set("state", hook.action() == "deleted" ? "deleted" : "active");
  const auto earlier = earlier_name(hook);
  draft.relate("renamed_from", earlier).unrelate("moved_to", earlier);  // it may have come back
  hook.finish(draft, events);
  if (!earlier.empty() && earlier != draft.subject())
    move_repository(hook, earlier, hook.id(draft), events);
}

void read_fork(const Hook& hook, Events& events) {
  const auto fork = hook["forkee"];
  auto draft = hook.draft("repository.forked", entity("repo", hook.repo()));
  draft.at({fork["created_at"]}).about(fork["full_name"].text());
  draft.title(fmt::format("{} forked as {}", hook.repo(), fork["full_name"].text()))
      .url(fork["html_url"].text());
  draft.relate("forked_as", entity("repo", fork["full_name"].text()));
  hook.finish(draft, events);
}

void read_commit_comment(const Hook& hook, Events& events) {
  const auto comment = hook["comment"];
  auto draft = hook.draft(hook.type(), hook.commit(comment["commit_id"]));
  describe_comment(draft, hook, comment);
  draft.title(fmt::format("Comment on commit {}", comment["commit_id"].text()));
  hook.finish(draft, events);
}

// An action's opposite takes the edge away that the action makes.
void relate_or_not(Draft& draft, const Hook& hook, std::string_view type, std::string entity) {
  static constexpr std::array<std::string_view, 6> kOpposites = {
      "removed", "deleted", "member_removed", "removed_from_repository", "unblocked", "revoked"};
  const bool is_removed = std::ranges::find(kOpposites, hook.action()) != kOpposites.end();
  is_removed ? draft.unrelate(type, std::move(entity)) : draft.relate(type, std::move(entity));
}

void read_member(const Hook& hook, Events& events) {
  auto draft = hook.draft(hook.type(), entity("repo", hook.repo()));
  const auto login = hook["member"]["login"].text();
  draft.about(login).title(
      fmt::format("{} {} as a collaborator of {}", login, hook.action(), hook.repo()));
  relate_or_not(draft, hook, "has_member", person(hook["member"]));
  hook.finish(draft, events);
}

void read_membership(const Hook& hook, Events& events) {
  auto draft = hook.draft(hook.type(), team(hook["team"], hook["organization"]));
  const auto login = hook["member"]["login"].text();
  draft.about(login).title(
      fmt::format("{} {} {}", login, hook.action(), hook["team"]["name"].text()));
  relate_or_not(draft, hook, "has_member", person(hook["member"]));
  hook.finish(draft, events);
}

void read_organization(const Hook& hook, Events& events) {
  const auto org = hook["organization"];
  const auto user = hook["membership"]["user"];
  const auto login = first_text({user["login"], hook["invitation"]["login"]});
  auto draft = hook.draft(hook.type(), entity("org", org["login"].text()));
  draft.at({hook["invitation"]["created_at"]}).about(login);
  draft.title(fmt::format("{} {} {}", org["login"].text(), hook.action(), login));
  draft.body(org["description"].text());
  relate_or_not(draft, hook, "has_member", person(user));
  const auto old_name = hook["changes"]["login"]["from"].text();
  draft.relate("renamed_from", entity("org", old_name));
  hook.finish(draft, events);
}

void read_team(const Hook& hook, Events& events) {
  const auto group = hook["team"];
  auto draft = hook.draft(hook.type(), team(group, hook["organization"]));
  draft.title(group["name"].text()).body(group["description"].text());
  draft.url(group["html_url"].text());
  draft.set("name", group["name"]).set("privacy", group["privacy"]);
  draft.set("state", hook.action() == "deleted" ? "deleted" : "active");
  draft.relate("owned_by", entity("org", hook["organization"]["login"].text()));
  draft.relate("parent", team(group["parent"], hook["organization"]));
  const bool is_about_repository =
      hook.event() == "team_add" || hook.action().ends_with("_repository");
  if (is_about_repository) relate_or_not(draft, hook, "has_access_to", entity("repo", hook.repo()));
  hook.finish(draft, events);
}

// Its times are of its making and of its permissions: neither of which repositories it may read,
// nor of its end.
void date_installation(Draft& draft, const Hook& hook) {
  const auto installation = hook["installation"];
  const auto& action = hook.action();
  if (hook.event() == "installation_repositories") return;
  if (action == "created") draft.at({installation["created_at"]});
  if (action == "suspend") draft.at({installation["suspended_at"]});
  draft.at({installation["updated_at"]});
  if (action == "deleted") draft.gone({installation["updated_at"], installation["created_at"]});
}

void relate_readable(Draft& draft, const Hook& hook) {
  const auto of = [](const Value& each) { return entity("repo", each["full_name"].text()); };
  for (const Value each : hook["repositories"].items())
    hook.action() == "deleted" ? draft.unrelate("may_read", of(each))
                               : draft.relate("may_read", of(each));
  for (const Value each : hook["repositories_added"].items()) draft.relate("may_read", of(each));
  for (const Value each : hook["repositories_removed"].items())
    draft.unrelate("may_read", of(each));
}

void read_installation(const Hook& hook, Events& events) {
  const auto installation = hook["installation"];
  auto draft = hook.draft(hook.type(), entity("installation", installation["id"].text()));
  date_installation(draft, hook);
  const auto name = installation["account"]["login"].text();
  draft.title(fmt::format("{} {} for {}", installation["app_slug"].text(), hook.type(), name));
  draft.set("account", name).set("app", installation["app_slug"]);
  if (hook.event() == "installation")
    draft.set("state", hook.action() == "deleted"     ? "deleted"
                       : installation["suspended_at"] ? "suspended"
                                                      : "active");
  draft.relate("installed_for", account(installation["account"]));
  relate_readable(draft, hook);
  hook.finish(draft, events);
}

constexpr std::array kKinds = {
    Kind{"repository", read_repository},
    Kind{"fork", read_fork},
    Kind{"commit_comment", read_commit_comment},
    Kind{"member", read_member},
    Kind{"membership", read_membership},
    Kind{"organization", read_organization},
    Kind{"team", read_team},
    Kind{"team_add", read_team},
    Kind{"installation", read_installation},
    Kind{"installation_repositories", read_installation},
};

}  // namespace

std::span<const Kind> repository_kinds() { return kKinds; }

}  // namespace lightfast::providers
