#include "app/http_samples.h"

#include <string_view>

#include "base/text.h"

namespace lightfast {
namespace {

constexpr std::size_t kLongestReason = 300;

double number(auto value) { return static_cast<double>(value); }

void add_server(std::vector<Sample>& samples, const HttpAuth& auth, const http::ServerState& http) {
  samples.push_back({"lightfast_http_connections", number(http.connections)});
  samples.push_back({"lightfast_http_streams", number(http.streams)});
  samples.push_back({"lightfast_http_refused_connections", number(http.refused_connections)});
  samples.push_back({"lightfast_http_timed_out", number(http.timed_out)});
  samples.push_back({"lightfast_http_cut_off", number(http.cut_off)});
  samples.push_back({"lightfast_http_bad_requests", number(http.bad_requests)});
  samples.push_back({"lightfast_auth_refused", number(auth.refused())});
  samples.push_back({"lightfast_auth_rate_limited", number(auth.limited())});
}

void add_work(std::vector<Sample>& samples, Services& services, ServedOrgs& orgs) {
  samples.push_back({"lightfast_orgs", number(services.orgs().size())});
  samples.push_back({"lightfast_orgs_unserved", number(services.unserved())});
  samples.push_back({"lightfast_mcp_sessions", number(orgs.sessions())});
  const auto load = orgs.load();
  samples.push_back({"lightfast_workers_running", number(load.running)});
  samples.push_back({"lightfast_workers_waiting", number(load.waiting)});
  if (const auto tier = services.sandboxes().known_tier())
    samples.push_back({"lightfast_sandbox_tier", number(*tier)});
}

void add_deliveries(std::vector<Sample>& samples, const ingest::Ingest::State& state) {
  samples.push_back({"lightfast_webhooks_taken", number(state.taken)});
  samples.push_back({"lightfast_webhooks_duplicate", number(state.duplicates)});
  samples.push_back({"lightfast_webhooks_refused", number(state.refused)});
}

void add_org(std::vector<Sample>& samples, Organisation& org, const ingest::Ingest::State& state) {
  const auto& name = org.id().value;
  const auto count_in = [&org](const auto& counts) {
    const auto found = counts.find(org.id());
    return found == counts.end() ? 0.0 : number(found->second);
  };
  samples.push_back({"lightfast_webhooks_waiting", count_in(state.waiting), name});
  samples.push_back({"lightfast_webhooks_dead", count_in(state.dead), name});
  samples.push_back({"lightfast_events_kept", count_in(state.events.kept), name});
  const auto pending = state.events.pending.find(org.id());
  samples.push_back({"lightfast_events_pending",
                     pending == state.events.pending.end() ? 0 : number(pending->second.deliveries),
                     name});
  const auto repo = org.repo().state();
  samples.push_back({"lightfast_repo_ready", repo.current ? 1.0 : 0.0, name});
  samples.push_back({"lightfast_repo_stale", repo.problem.empty() ? 0.0 : 1.0, name});
  if (!repo.problem.empty()) {
    samples.push_back({"lightfast_repo_problem_info", 1, name,
                       visible_line(std::string_view(repo.problem).substr(0, kLongestReason))});
  }
  if (repo.current) {
    samples.push_back(
        {"lightfast_repo_committed_seconds", number(repo.current->committed_at), name});
  }
}

}  // namespace

std::vector<Sample> samples_of(Services& services, ServedOrgs& orgs, const HttpAuth& auth,
                               const http::ServerState& http, ingest::Ingest& ingest) {
  std::vector<Sample> samples;
  add_server(samples, auth, http);
  add_work(samples, services, orgs);
  const auto deliveries = ingest.state();
  add_deliveries(samples, deliveries);
  for (const auto& [id, org] : services.orgs()) add_org(samples, *org, deliveries);
  const auto unrouted = [](const std::map<OrgId, std::int64_t>& counts) {
    const auto found = counts.find(OrgId{""});
    return found == counts.end() ? 0.0 : number(found->second);
  };
  samples.push_back({"lightfast_webhooks_unrouted_waiting", unrouted(deliveries.waiting)});
  samples.push_back({"lightfast_webhooks_unrouted_dead", unrouted(deliveries.dead)});
  return samples;
}

}  // namespace lightfast
