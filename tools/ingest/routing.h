// Which organisation a delivery is for. With one organisation every delivery is its own. With
// several each has a route with a secret of its own, and only the GitHub App's secret is shared:
// what comes by that is told by the ids of repository and installation, which stay when names
// change hands. They are learned from the first delivery that bears the name of an organisation's
// repository, and kept in the ledger.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "tools/ingest/github.h"
#include "tools/ingest/ledger.h"

namespace lightfast::ingest {

// What deliveries are signed with, by the sender's name: the current secret first.
using WebhookSecrets = std::map<std::string, std::vector<std::string>, std::less<>>;

struct RoutedOrg {
  OrgId id;
  std::string branch = {};                  // that is served; empty: the default one
  std::string owner = {}, repository = {};  // on GitHub, in lower case; empty: not there
  WebhookSecrets secrets = {};              // its own
  bool has_store = false;                   // to keep events in

  // OWNER/NAME, under which ids are learned; empty for what is not on GitHub.
  [[nodiscard]] std::string name() const {
    return owner.empty() ? std::string() : owner + "/" + repository;
  }

  bool operator==(const RoutedOrg&) const = default;
};

struct Routing {
  std::vector<RoutedOrg> orgs;
  WebhookSecrets secrets;  // of what names no organisation
  // Whether there is one organisation for good, to which everything belongs.
  bool is_single = false;

  [[nodiscard]] const RoutedOrg* find(const OrgId& org) const;

  // What a delivery of `sender` to the route of `org`, or to the one that names none, may be signed
  // with. Of several organisations only GitHub's may name none.
  [[nodiscard]] std::vector<std::string> secrets_of(std::string_view sender,
                                                    const std::optional<OrgId>& org) const;
};

struct Route {
  const RoutedOrg* org = nullptr;
  bool is_repository = true;  // it is about the organisation's repository, not another one of it
};

struct Routes {
  std::vector<Route> to;     // several where several organisations declare one repository
  std::string why_not = {};  // none: the reason
};

// Where an event goes that came by the route which names no organisation. Any thread, with a ledger
// of its own.
Result<Routes> routes_of(const GitHubEvent& event, const Routing& routing, Ledger& ledger);

// The route of one that is known to be for `org`.
Result<Route> route_to(const RoutedOrg& org, const GitHubEvent& event, const Routing& routing,
                       Ledger& ledger);

// Why nothing is done about an event that went there; empty when the repository is looked at.
std::string why_ignored(const GitHubEvent& event, const Route& route);

}  // namespace lightfast::ingest
