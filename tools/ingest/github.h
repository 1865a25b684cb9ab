// Deliveries of GitHub's webhooks: whether they are genuine, and what they are about. Pure
// functions. https://docs.github.com/webhooks
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "tools/ingest/posted.h"

namespace lightfast::ingest {

// What a delivery is about; what its payload does not say is empty, or 0.
struct GitHubEvent {
  std::string name, action;  // `repository`, `renamed`
  std::string ref;           // of a push
  std::string default_branch;
  std::int64_t repository = 0, installation = 0;  // ids, from 1 on
  std::string full_name;                          // of the repository: OWNER/NAME
  std::string owner;                              // of it, or of the installation

  bool operator==(const GitHubEvent&) const = default;
};

// `event` as in the ledger, `repository.renamed`, and the payload. Texts are cut after 512 bytes.
GitHubEvent github_event(std::string_view event, const Json& payload);

// As much of a payload as makes the same event again.
Json payload_of(const GitHubEvent& event);

// Why an event changes nothing that is served of `branch` (empty: the default one); empty when it
// may, or may change whether the repository can be reached.
std::string why_ignored(const GitHubEvent& event, const std::string& branch);

struct GitHubDelivery {
  std::string id;
  std::string event;
  GitHubEvent about = {};
  Json payload = {};
};

// What was posted. A Refusal when it is not genuine, or not what GitHub sends.
std::expected<GitHubDelivery, Refusal> read_github(const Posted& posted,
                                                   const std::vector<std::string>& secrets);

}  // namespace lightfast::ingest
