#include "tools/providers/github_hook.h"

#include <spdlog/fmt/fmt.h>

namespace lightfast::providers {

Hook::Hook(const Notice& notice)
    : payload_(notice.payload),
      event_(kind_name(notice.event)),
      action_(payload_["action"].text()),
      repo_(payload_["repository"]["full_name"].text()),
      occasion_{.delivery = notice.id, .received_at = notice.received_at} {}

std::string Hook::type() const {
  return action_.empty() ? event_ : fmt::format("{}.{}", event_, kind_name(action_));
}

std::string Hook::place() const {
  const auto& payload = *this;
  for (auto found :
       {entity("repo", repo_), entity("org", payload["organization"]["login"].text()),
        account(payload["installation"]["account"]),
        entity("enterprise", payload["enterprise"]["slug"].text()),
        entity("installation", payload["installation"]["id"].text()), person(payload["sender"])}) {
    if (!found.empty()) return found;
  }
  return "provider:github";
}

std::string Hook::thing(std::string_view type, char mark, const Value& name) const {
  const auto text = name.text();
  if (text.empty() || repo_.empty()) return entity(type, text);
  return entity(type, fmt::format("{}{}{}", repo_, mark, text));
}

std::string Hook::commit(const Value& sha) const {
  const auto text = sha.text();
  const bool is_none = text.find_first_not_of('0') == std::string::npos;  // a ref made or deleted
  return is_none ? std::string() : thing("commit", '@', sha);
}

std::string Hook::branch_or_tag(std::string_view ref) const {
  constexpr std::string_view kBranches = "refs/heads/";
  constexpr std::string_view kTags = "refs/tags/";
  const bool is_tag = ref.starts_with(kTags);
  if (is_tag) ref.remove_prefix(kTags.size());
  if (ref.starts_with(kBranches)) ref.remove_prefix(kBranches.size());
  if (ref.empty() || ref.starts_with("refs/")) return {};
  return entity(is_tag ? "tag" : "branch",
                repo_.empty() ? std::string(ref) : fmt::format("{}@{}", repo_, ref));
}

Draft Hook::draft(std::string_view type, std::string subject) const {
  Draft draft("github", type, subject.empty() ? place() : std::move(subject));
  draft.actor(person((*this)["sender"])).relate("part_of", entity("repo", repo_));
  return draft;
}

std::string person(const Value& user) { return entity("person", user["login"].text()); }

std::string account(const Value& account) {
  const bool is_person = account["type"].text() == "User";
  return is_person ? person(account) : entity("org", account["login"].text());
}

std::string team(const Value& team, const Value& organization) {
  const auto slug = first_text({team["slug"], team["name"]});
  const auto org = organization["login"].text();
  return entity("team", org.empty() || slug.empty() ? slug : fmt::format("{}/{}", org, slug));
}

std::vector<std::string> names_of(const Value& list, std::string_view member) {
  std::vector<std::string> names;
  for (const Value each : list.items()) {
    if (auto name = each[member].text(); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace lightfast::providers
