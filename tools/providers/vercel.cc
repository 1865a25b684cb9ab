#include <algorithm>
#include <array>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/draft.h"
#include "tools/providers/mentions.h"
#include "tools/providers/providers.h"

namespace lightfast::providers {
namespace {

// What becomes of a deployment, in the words of GitHub's; what is left out can happen again.
struct Outcome {
  std::string_view type, state;
};
constexpr std::array kOutcomes = {
    Outcome{"deployment.created", "pending"},   Outcome{"deployment.succeeded", "success"},
    Outcome{"deployment.ready", "success"},     Outcome{"deployment.error", "error"},
    Outcome{"deployment.canceled", "canceled"}, Outcome{"deployment.cleanup", "deleted"},
};

// What a deployment's `meta` says of where its commit is, by the host of the repository.
struct Host {
  const char *sha, *ref, *owner, *name, *author, *message, *pull_request;
};
constexpr std::array kHosts = {
    Host{"githubCommitSha", "githubCommitRef", "githubOrg", "githubRepo", "githubCommitAuthorLogin",
         "githubCommitMessage", "githubPrId"},
    Host{"gitlabCommitSha", "gitlabCommitRef", "gitlabProjectNamespace", "gitlabProjectName",
         "gitlabCommitAuthorLogin", "gitlabCommitMessage", ""},
    Host{"bitbucketCommitSha", "bitbucketCommitRef", "bitbucketRepoOwner", "bitbucketRepoSlug",
         "bitbucketCommitAuthorLogin", "bitbucketCommitMessage", ""},
};

std::string person(const Value& user) {
  const auto handle = first_text({user["username"], user["email"]});
  const auto id = user["id"].text();
  if (!handle.empty()) return entity("person", handle);
  return id.empty() ? std::string() : entity("person", "vercel/" + id);
}

std::string project(const Value& payload) {
  return entity("project", first_text({payload["project"]["id"], payload["projectId"]}));
}

void relate_commit(Draft& draft, const Value& meta, const Host& host) {
  const auto owner = first_text({meta[host.owner], meta["githubCommitOrg"]});
  const auto name = first_text({meta[host.name], meta["githubCommitRepo"]});
  const auto sha = meta[host.sha].text();
  const auto ref = meta[host.ref].text();
  draft.set("commit", meta[host.sha]).set("ref", meta[host.ref]);
  draft.relate("authored_by", entity("person", meta[host.author].text()));
  draft.body(meta[host.message].text());
  if (owner.empty() || name.empty() || sha.empty()) return;
  const auto repo = owner + "/" + name;
  draft.set("repo", repo);
  draft.relate("part_of", entity("repo", repo));
  draft.relate("deploys", entity("commit", repo + "@" + sha));
  if (!ref.empty()) draft.relate("deploys_ref", entity("branch", repo + "@" + ref));
  if (const auto number = meta[host.pull_request].text(); !number.empty())
    draft.relate("deploys", entity("pr", repo + "#" + number));
}

void read_deployment(Draft& draft, const Value& payload) {
  const auto deployment = payload["deployment"];
  const auto meta = deployment["meta"];
  const auto name = first_text({payload["project"]["name"], deployment["name"], payload["name"]});
  const auto target = first_text({payload["target"], deployment["target"]});
  const auto environment = target.empty() ? std::string("preview") : target;
  const auto url = first_text({deployment["url"], payload["url"]});
  const auto* const outcome = std::ranges::find(kOutcomes, draft.type(), &Outcome::type);
  const bool is_known = outcome != kOutcomes.end();
  draft.title(fmt::format("Deployment of {} to {}{}{}", name, environment, is_known ? ": " : "",
                          is_known ? outcome->state : ""));
  draft.url(first_text({payload["links"]["deployment"], deployment["inspectorUrl"]}));
  draft.set("name", name).set("environment", environment);
  if (!url.empty()) draft.set("url", url.find("://") == std::string::npos ? "https://" + url : url);
  if (is_known) draft.once().set("state", std::string(outcome->state));
  for (const auto& host : kHosts) {
    if (meta[host.sha]) relate_commit(draft, meta, host);
  }
  draft.relate("in_project", project(payload));
  draft.relate("deploys_to", entity("environment", fmt::format("{}/{}", name, environment)));
  draft.relate("triggered_by", person(payload["user"]));
}

// Whatever is told of that is no deployment.
void read_other(Draft& draft, const Value& payload) {
  const auto name = first_text({payload["project"]["name"], payload["name"],
                                payload["domain"]["name"], payload["configuration"]["id"]});
  draft.title(name.empty() ? draft.type() : fmt::format("{}: {}", draft.type(), name));
  draft.url(first_text({payload["links"]["project"], payload["link"]}));
  draft.relate("in_project", project(payload));
}

std::string subject_of(const Value& payload) {
  for (auto found :
       {entity("deployment", first_text({payload["deployment"]["id"], payload["deploymentId"]})),
        project(payload), entity("domain", payload["domain"]["name"].text()),
        entity("installation", payload["configuration"]["id"].text()),
        entity("team", payload["team"]["id"].text()), person(payload["user"])}) {
    if (!found.empty()) return found;
  }
  return "provider:vercel";
}

}  // namespace

std::vector<store::Event> vercel_events(const Notice& notice) {
  const Value body(notice.payload);
  const auto payload = body["payload"];
  Draft draft("vercel", body["type"].text(), subject_of(payload));
  draft.at({body["createdAt"]}).actor(person(payload["user"]));
  payload["deployment"].is_object() ? read_deployment(draft, payload) : read_other(draft, payload);
  Events events;
  draft.finish(events, {.delivery = notice.id, .received_at = notice.received_at});
  return events;
}

}  // namespace lightfast::providers
