#include "tools/ingest/routing.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast::ingest {
namespace {

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// The only one of `orgs` that is served; null for none or several.
const RoutedOrg* only_of(const std::vector<OrgId>& orgs, const Routing& routing) {
  const RoutedOrg* only = nullptr;
  for (const auto& id : orgs) {
    const auto* const org = routing.find(id);
    if (org != nullptr && only != nullptr) return nullptr;
    if (org != nullptr) only = org;
  }
  return only;
}

const RoutedOrg* named_by(const GitHubEvent& event, const Routing& routing) {
  const auto name = in_lower_case(event.full_name);
  const auto found = std::ranges::find_if(routing.orgs, [&](const RoutedOrg& org) {
    return !org.owner.empty() && name == org.owner + "/" + org.repository;
  });
  return found == routing.orgs.end() ? nullptr : &*found;
}

// The only organisation whose repository this owner has.
const RoutedOrg* owned_by(const GitHubEvent& event, const Routing& routing) {
  const auto owner = in_lower_case(event.owner);
  std::vector<OrgId> owning;
  for (const auto& org : routing.orgs) {
    if (!owner.empty() && org.owner == owner) owning.push_back(org.id);
  }
  return only_of(owning, routing);
}

// Why `id` cannot be what is meant by a name of `org`: that has another already, for the name has
// changed hands. Empty when it may; then it is learned.
Result<std::string> learn(const RoutedOrg& org, Bound kind, std::int64_t id,
                          const GitHubEvent& event, Ledger& ledger) {
  if (id == 0) return std::string();
  const auto known = TRY(ledger.bound_to(org.id, kind));
  if (known.empty()) TRY(ledger.bind(kind, id, org.id));
  if (known.empty() || std::ranges::find(known, id) != known.end()) return std::string();
  return fmt::format("'{}' is a name of '{}', whose {} has another id, {}",
                     visible_line(event.full_name.empty() ? event.owner : event.full_name),
                     org.id.value, kind == Bound::Repository ? "repository" : "installation",
                     known.front());
}

// An event that bears the name of an organisation's repository.
Result<Route> route_by_name(const RoutedOrg& org, const GitHubEvent& event, Ledger& ledger) {
  auto why_not = TRY(learn(org, Bound::Repository, event.repository, event, ledger));
  if (why_not.empty())
    why_not = TRY(learn(org, Bound::Installation, event.installation, event, ledger));
  if (!why_not.empty()) return Route{.why_not = std::move(why_not)};
  return Route{.org = &org};
}

Route unroutable(const GitHubEvent& event) {
  return {.why_not =
              fmt::format("no organisation here has the repository '{}' or the installation {}",
                          visible_line(event.full_name), event.installation)};
}

// Of another repository of an organisation, or of none.
Result<Route> route_by_owner(const GitHubEvent& event, const Routing& routing, Ledger& ledger) {
  const auto bound = TRY(ledger.orgs_bound(Bound::Installation, event.installation));
  const auto* org = only_of(bound, routing);
  if (org == nullptr && bound.empty()) org = owned_by(event, routing);
  if (org == nullptr) return unroutable(event);
  auto why_not = TRY(learn(*org, Bound::Installation, event.installation, event, ledger));
  if (!why_not.empty()) return Route{.why_not = std::move(why_not)};
  return Route{.org = org, .is_repository = event.full_name.empty()};
}

// What was deleted may be made again under its name, with another id.
Result<void> forget_if_deleted(const GitHubEvent& event, const RoutedOrg& org, Ledger& ledger) {
  if (event.action != "deleted") return {};
  if (event.name == "repository") return ledger.unbind(Bound::Repository, event.repository, org.id);
  if (event.name == "installation")
    return ledger.unbind(Bound::Installation, event.installation, org.id);
  return {};
}

Result<Route> find_route(const GitHubEvent& event, const Routing& routing, Ledger& ledger) {
  const auto bound = TRY(ledger.orgs_bound(Bound::Repository, event.repository));
  if (const auto* const org = only_of(bound, routing)) return Route{.org = org};
  if (const auto* const org = named_by(event, routing)) return route_by_name(*org, event, ledger);
  return route_by_owner(event, routing, ledger);
}

}  // namespace

const RoutedOrg* Routing::find(const OrgId& org) const {
  const auto found = std::ranges::find(orgs, org, &RoutedOrg::id);
  return found == orgs.end() ? nullptr : &*found;
}

std::vector<std::string> Routing::secrets_of(const std::optional<OrgId>& org) const {
  const auto* const named = org ? find(*org) : is_single ? &orgs.front() : nullptr;
  auto secrets = named == nullptr ? std::vector<std::string>() : named->github_secrets;
  if (!org || is_single) std::ranges::copy(github_secrets, std::back_inserter(secrets));
  return secrets;
}

Result<Route> route(const GitHubEvent& event, const Routing& routing, Ledger& ledger) {
  if (routing.is_single) return Route{.org = &routing.orgs.front()};
  auto found = TRY(find_route(event, routing, ledger));
  if (found.org != nullptr) TRY(forget_if_deleted(event, *found.org, ledger));
  return found;
}

std::string why_ignored(const GitHubEvent& event, const Route& route) {
  if (!route.is_repository) return "of another repository";
  return why_ignored(event, route.org->branch);
}

}  // namespace lightfast::ingest
