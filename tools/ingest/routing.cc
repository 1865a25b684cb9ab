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

bool is_named(const RoutedOrg& org, const GitHubEvent& event) {
  return event.repository != 0 && !org.owner.empty() &&
         in_lower_case(event.full_name) == org.name();
}

// Whether `org` is known by an id; what was learned under another name than it has now is not.
bool is_bound(const RoutedOrg& org, const std::vector<Binding>& bindings) {
  return !org.owner.empty() && std::ranges::any_of(bindings, [&org](const Binding& each) {
    return each.org == org.id && each.name == org.name();
  });
}

// Why `id` cannot be what is meant by a name of `org`: that has another already, for the name has
// changed hands. Empty when it may.
Result<std::string> conflict(const RoutedOrg& org, Bound kind, std::int64_t id,
                             const GitHubEvent& event, Ledger& ledger) {
  const auto known = TRY(ledger.bound_to(org.id, org.name(), kind));
  if (id == 0 || known.empty() || std::ranges::find(known, id) != known.end()) return std::string();
  return fmt::format("'{}' is a name of '{}', whose {} has another id, {}",
                     visible_line(event.full_name.empty() ? event.owner : event.full_name),
                     org.id.value, kind == Bound::Repository ? "repository" : "installation",
                     known.front());
}

// Learns the ids of an event that bears the name of an organisation's repository, or neither.
Result<std::string> learn(const RoutedOrg& org, const GitHubEvent& event, bool with_repository,
                          Ledger& ledger) {
  auto why_not = TRY(conflict(org, Bound::Installation, event.installation, event, ledger));
  if (why_not.empty() && with_repository)
    why_not = TRY(conflict(org, Bound::Repository, event.repository, event, ledger));
  if (!why_not.empty()) return why_not;
  if (with_repository && event.repository != 0)
    TRY(ledger.bind(Bound::Repository, event.repository, org.id, org.name()));
  if (event.installation != 0)
    TRY(ledger.bind(Bound::Installation, event.installation, org.id, org.name()));
  return std::string();
}

// By the id of the repository, and by its name where that is not another's.
Result<Routes> routes_by_repository(const GitHubEvent& event, const Routing& routing,
                                    Ledger& ledger) {
  const auto bindings = TRY(ledger.bindings(Bound::Repository, event.repository));
  Routes routes;
  for (const auto& org : routing.orgs) {
    const bool is_known = is_bound(org, bindings);
    if (!is_known && !is_named(org, event)) continue;
    auto why_not = is_known ? std::string() : TRY(learn(org, event, true, ledger));
    if (why_not.empty()) routes.to.push_back({.org = &org});
    if (!why_not.empty()) routes.why_not = std::move(why_not);
  }
  return routes;
}

// Of another repository of an organisation, or of none: by the installation, or by the owner, if
// that is the only organisation's.
Result<Routes> routes_by_owner(const GitHubEvent& event, const Routing& routing, Ledger& ledger) {
  const auto bindings = TRY(ledger.bindings(Bound::Installation, event.installation));
  const auto owner = in_lower_case(event.owner);
  std::vector<const RoutedOrg*> bound, owning;
  for (const auto& org : routing.orgs) {
    if (is_bound(org, bindings)) bound.push_back(&org);
    if (!owner.empty() && org.owner == owner) owning.push_back(&org);
  }
  const auto& found = bound.empty() ? owning : bound;
  if (found.size() != 1) {
    return Routes{.to = {},
                  .why_not = fmt::format(
                      "no organisation here has the repository '{}' or the installation {}",
                      visible_line(event.full_name), event.installation)};
  }
  auto why_not = TRY(learn(*found.front(), event, false, ledger));
  if (!why_not.empty()) return Routes{.to = {}, .why_not = std::move(why_not)};
  return Routes{.to = {{.org = found.front(), .is_repository = event.full_name.empty()}}};
}

// What was deleted may be made again under its name, with another id.
Result<void> forget_if_deleted(const GitHubEvent& event, const RoutedOrg& org, Ledger& ledger) {
  if (event.action != "deleted") return {};
  if (event.name == "repository") return ledger.unbind(Bound::Repository, event.repository, org.id);
  if (event.name == "installation")
    return ledger.unbind(Bound::Installation, event.installation, org.id);
  return {};
}

}  // namespace

const RoutedOrg* Routing::find(const OrgId& org) const {
  const auto found = std::ranges::find(orgs, org, &RoutedOrg::id);
  return found == orgs.end() ? nullptr : &*found;
}

std::vector<std::string> Routing::secrets_of(std::string_view sender,
                                             const std::optional<OrgId>& org) const {
  const auto* const named = org ? find(*org) : is_single ? &orgs.front() : nullptr;
  std::vector<std::string> all;
  const auto add = [&](const WebhookSecrets& some) {
    const auto found = some.find(sender);
    if (found != some.end()) std::ranges::copy(found->second, std::back_inserter(all));
  };
  if (named != nullptr) add(named->secrets);
  if (is_single || (!org && sender == "github")) add(secrets);
  return all;
}

// Whether it is about the organisation's own repository, by the id that is known of it, or by name.
Result<Route> route_to(const RoutedOrg& org, const GitHubEvent& event, const Routing& routing,
                       Ledger& ledger) {
  if (org.owner.empty() || event.full_name.empty()) return Route{.org = &org};
  const auto found = TRY(routes_by_repository(event, routing, ledger));
  const bool is_own =
      std::ranges::any_of(found.to, [&org](const Route& each) { return each.org->id == org.id; });
  return Route{.org = &org, .is_repository = is_own || is_named(org, event)};
}

Result<Routes> routes_of(const GitHubEvent& event, const Routing& routing, Ledger& ledger) {
  if (routing.is_single) {
    const auto route = TRY(route_to(routing.orgs.front(), event, routing, ledger));
    return Routes{.to = {route}};
  }
  auto found = TRY(routes_by_repository(event, routing, ledger));
  if (found.to.empty() && found.why_not.empty())
    found = TRY(routes_by_owner(event, routing, ledger));
  for (const auto& route : found.to) TRY(forget_if_deleted(event, *route.org, ledger));
  return found;
}

std::string why_ignored(const GitHubEvent& event, const Route& route) {
  if (!route.is_repository) return "of another repository";
  return why_ignored(event, route.org->branch);
}

}  // namespace lightfast::ingest
