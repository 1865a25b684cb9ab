// What is told of each organisation that is served.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/secrets.h"
#include "base/ids.h"
#include "base/json.h"

namespace lightfast {

struct OrgSettings {
  OrgId id;
  std::string repo;
  std::string branch = {};      // empty: the default branch
  std::string repo_token = {};  // for https; sent to the repository's host alone
  // For ssh: a private key, and what the host's own must be, as in known_hosts.
  std::string ssh_key = {}, ssh_known_hosts = {};
  bool uses_app = true;  // reads it as a GitHub App, if the program is one and has no token
  WebhookSecrets webhook_secrets = {};               // of its own webhooks
  std::filesystem::path store = {};                  // of events; empty: the usual place
  std::string memory_url = {}, memory_api_key = {};  // of long-term memory; empty: none

  bool operator==(const OrgSettings&) const = default;
};

// An organisation that is declared, but not so that it could be served.
struct BadOrg {
  std::optional<OrgId> id;  // nothing: not even that can be told
  std::string why;          // one line, with the field at fault
};

struct DeclaredOrgs {
  std::vector<OrgSettings> orgs;
  std::vector<BadOrg> bad;
};

// Reads the config file's `orgs`, a list. Each stands for itself: what is wrong with one leaves the
// others as they are. Files are named from `directory`.
DeclaredOrgs read_orgs(const Json& orgs, const std::filesystem::path& directory, Secrets& secrets);

}  // namespace lightfast
