// Checks, workflows, deployments and releases: what runs on commits.
#include <array>

#include <spdlog/fmt/fmt.h>

#include "tools/providers/github_hook.h"
#include "tools/providers/github_things.h"
#include "tools/providers/mentions.h"

namespace lightfast::providers {
namespace {

// What all of them have: a commit, a branch's name, pull requests, a status and a conclusion.
void describe_run(Draft& draft, const Hook& hook, const Value& run) {
  draft.url(run["html_url"].text()).among_equals(order_of(hook.action()));
  draft.set("name", run["name"])
      .set("repo", hook.repo())
      .set("status", run["status"])
      .set("conclusion", run["conclusion"])
      .set("branch", run["head_branch"])
      .set("commit", run["head_sha"])
      .set("url", run["html_url"]);
  draft.relate("runs_on", hook.commit(run["head_sha"]));
  for (const Value each : run["pull_requests"].items())
    draft.relate("checks", hook.thing("pr", '#', each["number"]));
}

// A run of a fork's commit names a branch of the fork. Suites name none then; of which repository a
// job's is only its run tells.
void relate_branch(Draft& draft, const Hook& hook, const Value& run) {
  const auto repo = run["head_repository"]["full_name"].text();
  if (repo.empty() || repo == hook.repo())
    draft.relate("on_branch", hook.branch_or_tag(run["head_branch"].text()));
}

std::string title_of(std::string_view name, const Value& run) {
  const auto outcome = first_text({run["conclusion"], run["status"]});
  return outcome.empty() ? std::string(name) : fmt::format("{}: {}", name, outcome);
}

void read_check_run(const Hook& hook, Events& events) {
  const auto run = hook["check_run"];
  const auto output = run["output"];
  auto draft = hook.draft(hook.type(), entity("check_run", run["id"].text()));
  if (hook.action() == "completed") draft.at({run["completed_at"]});
  if (hook.action() == "created") draft.at({run["started_at"]});
  draft.title(title_of(run["name"].text(), run))
      .body(in_lines({output["title"].text(), output["summary"].text(), output["text"].text()}));
  describe_run(draft, hook, run);
  draft.set("branch", run["check_suite"]["head_branch"]);
  draft.relate("part_of", entity("check_suite", run["check_suite"]["id"].text()));
  draft.relate("run_by", entity("app", run["app"]["slug"].text()));
  hook.finish(draft, events);
}

void read_check_suite(const Hook& hook, Events& events) {
  const auto suite = hook["check_suite"];
  const auto app = suite["app"];
  auto draft = hook.draft(hook.type(), entity("check_suite", suite["id"].text()));
  draft.at({suite["updated_at"], suite["created_at"]});
  draft.title(title_of(first_text({app["name"], app["slug"]}), suite))
      .body(suite["head_commit"]["message"].text());
  describe_run(draft, hook, suite);
  relate_branch(draft, hook, suite);
  draft.relate("run_by", entity("app", app["slug"].text()));
  hook.finish(draft, events);
}

void read_workflow_run(const Hook& hook, Events& events) {
  const auto run = hook["workflow_run"];
  auto draft = hook.draft(hook.type(), entity("workflow_run", run["id"].text()));
  if (hook.action() == "requested") draft.at({run["run_started_at"], run["created_at"]});
  draft.at({run["updated_at"]}).about(run["run_attempt"].text());
  draft.title(title_of(first_text({run["name"], hook["workflow"]["name"]}), run))
      .body(first_text({run["display_title"], run["head_commit"]["message"]}));
  describe_run(draft, hook, run);
  relate_branch(draft, hook, run);
  draft.set("number", run["run_number"]).set("attempt", run["run_attempt"]);
  draft.set("event", run["event"]).set("path", run["path"]);
  draft.relate("triggered_by",
               person(run["triggering_actor"] ? run["triggering_actor"] : run["actor"]));
  draft.relate("part_of", entity("workflow", run["workflow_id"].text()));
  hook.finish(draft, events);
}

void read_workflow_job(const Hook& hook, Events& events) {
  const auto job = hook["workflow_job"];
  auto draft = hook.draft(hook.type(), entity("workflow_job", job["id"].text()));
  if (hook.action() == "queued" || hook.action() == "waiting") draft.at({job["created_at"]});
  if (hook.action() == "completed") draft.at({job["completed_at"]});
  draft.at({job["started_at"], job["created_at"]}).about(job["run_attempt"].text());
  draft.title(title_of(job["name"].text(), job)).body(job["workflow_name"].text());
  describe_run(draft, hook, job);
  draft.relate("part_of", entity("workflow_run", job["run_id"].text()));
  hook.finish(draft, events);
}

// What is deployed where.
void describe_deployment(Draft& draft, const Hook& hook) {
  const auto deployment = hook["deployment"];
  const auto environment = deployment["environment"];
  draft.set("repo", hook.repo())
      .set("environment", environment)
      .set("ref", deployment["ref"])
      .set("commit", deployment["sha"])
      .set("task", deployment["task"]);
  draft.relate("deploys", hook.commit(deployment["sha"]));
  draft.relate("deploys_to", hook.thing("environment", '/', environment));
  if (deployment["ref"].text() != deployment["sha"].text())
    draft.relate("deploys_ref", hook.branch_or_tag(deployment["ref"].text()));
  draft.relate("triggered_by", person(deployment["creator"]));
  draft.relate("run_by", entity("workflow_run", hook["workflow_run"]["id"].text()));
}

std::string title_of_deployment(const Hook& hook, std::string_view state) {
  const auto deployment = hook["deployment"];
  return fmt::format("Deployment of {} to {}{}{}", deployment["ref"].text(),
                     deployment["environment"].text(), state.empty() ? "" : ": ", state);
}

Draft draft_of_deployment(const Hook& hook, std::string_view type) {
  const auto deployment = hook["deployment"];
  auto draft = hook.draft(type, entity("deployment", deployment["id"].text()));
  draft.at({deployment["created_at"]});
  return draft;
}

void read_deployment(const Hook& hook, Events& events) {
  const auto deployment = hook["deployment"];
  auto draft = draft_of_deployment(hook, hook.type());
  draft.title(title_of_deployment(hook, {})).body(deployment["description"].text());
  describe_deployment(draft, hook);
  draft.set("state", "pending");
  hook.finish(draft, events);
}

void read_deployment_status(const Hook& hook, Events& events) {
  const auto status = hook["deployment_status"];
  auto draft = hook.draft(hook.type(), entity("deployment", hook["deployment"]["id"].text()));
  draft.at({status["created_at"], status["updated_at"]}).about(status["id"].text());
  const auto deployed = draft_of_deployment(hook, "deployment.created");
  if (deployed.time()) draft.caused_by(hook.id(deployed));
  draft.title(title_of_deployment(hook, status["state"].text()))
      .body(status["description"].text())
      .url(first_text({status["environment_url"], status["log_url"], status["target_url"]}));
  describe_deployment(draft, hook);
  draft.set("state", status["state"])
      .set("url", status["environment_url"])
      .set("logUrl", first_text({status["log_url"], status["target_url"]}));
  hook.finish(draft, events);
}

void read_release(const Hook& hook, Events& events) {
  const auto release = hook["release"];
  const auto& action = hook.action();
  const auto tag = release["tag_name"];
  auto draft = hook.draft(hook.type(), hook.thing("release", '@', tag));
  if (action == "created") draft.at({release["created_at"]});
  if (action == "published" || action == "released" || action == "prereleased")
    draft.at({release["published_at"]});
  draft.at({release["updated_at"]}).about(release["id"].text());
  if (action == "deleted")
    draft.gone({release["updated_at"], release["published_at"], release["created_at"]});
  draft.title(first_text({release["name"], tag})).body(release["body"].text());
  draft.url(release["html_url"].text());
  draft.set("tag", tag)
      .set("name", release["name"])
      .set("repo", hook.repo())
      .set("draft", release["draft"])
      .set("prerelease", release["prerelease"])
      .set("url", release["html_url"]);
  draft.set("state", action == "deleted"          ? "deleted"
                     : release["draft"].is_true() ? "draft"
                                                  : "published");
  draft.relate("authored_by", person(release["author"]));
  draft.relate("tagged", hook.branch_or_tag("refs/tags/" + tag.text()));
  relate_mentions(draft, release["body"].text(), hook.repo(), Keywords::AreWords);
  hook.finish(draft, events);
}

// The status of a commit, by the older interface.
void read_status(const Hook& hook, Events& events) {
  auto draft = hook.draft("status." + kind_name(hook["state"].text()), hook.commit(hook["sha"]));
  const auto context = hook["context"].text();
  draft.at({hook["created_at"], hook["updated_at"]}).about(context);
  draft.title(fmt::format("{}: {}", context, hook["state"].text()))
      .body(hook["description"].text())
      .url(hook["target_url"].text());
  draft.set("status", hook["state"]);
  hook.finish(draft, events);
}

constexpr std::array kKinds = {
    Kind{"check_run", read_check_run},       Kind{"check_suite", read_check_suite},
    Kind{"workflow_run", read_workflow_run}, Kind{"workflow_job", read_workflow_job},
    Kind{"deployment", read_deployment},     Kind{"deployment_status", read_deployment_status},
    Kind{"release", read_release},           Kind{"status", read_status},
};

}  // namespace

std::span<const Kind> run_kinds() { return kKinds; }

}  // namespace lightfast::providers
