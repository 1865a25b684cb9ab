#include "app/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

namespace lightfast {
namespace {

struct Described {
  std::string_view name;
  const char* help;
};

constexpr std::array kGauges = {
    Described{"lightfast_http_connections", "Connections that are open."},
    Described{"lightfast_http_streams", "Answers in pieces that go on."},
    Described{"lightfast_http_refused_connections", "Connections beyond the limit, so far."},
    Described{"lightfast_http_timed_out", "Requests or readers that were too slow, so far."},
    Described{"lightfast_http_cut_off", "Streams that were not read, so far."},
    Described{"lightfast_http_bad_requests", "Requests that were none or too large, so far."},
    Described{"lightfast_auth_refused", "Requests without a good key or token, so far."},
    Described{"lightfast_auth_rate_limited", "Requests beyond the rate limit, so far."},
    Described{"lightfast_mcp_sessions", "Sessions of legacy MCP clients."},
    Described{"lightfast_workers_running", "Calls that are being worked on."},
    Described{"lightfast_workers_waiting", "Calls that wait for a worker."},
    Described{"lightfast_sandbox_tier",
              "The isolation tier in use; 0: none, commands are refused."},
    Described{"lightfast_webhooks_taken", "Webhook deliveries that were stored, so far."},
    Described{"lightfast_webhooks_duplicate", "Deliveries that had come before, so far."},
    Described{"lightfast_webhooks_refused", "Deliveries that were not genuine, so far."},
    Described{"lightfast_orgs", "Organisations that are served."},
    Described{"lightfast_orgs_unserved", "Organisations whose configuration cannot be used."},
    Described{"lightfast_webhooks_waiting", "Deliveries that are yet to be worked on."},
    Described{"lightfast_webhooks_dead", "Deliveries that failed for good."},
    Described{"lightfast_events_kept", "Events of webhooks that the store has taken, so far."},
    Described{"lightfast_events_pending", "Deliveries whose events the store does not have yet."},
    Described{"lightfast_webhooks_unrouted_waiting",
              "Deliveries that no organisation was found for yet."},
    Described{"lightfast_webhooks_unrouted_dead", "Deliveries that none was found for at last."},
    Described{"lightfast_repo_ready", "1 when there is a snapshot to serve."},
    Described{"lightfast_repo_stale", "1 when the last attempt to sync failed."},
    Described{"lightfast_repo_problem_info", "1, with why the last attempt to sync failed."},
    Described{"lightfast_repo_committed_seconds", "When the served commit was made, Unix time."},
};

// From a call that runs nothing to the longest that a command may take.
const prometheus::Histogram::BucketBoundaries buckets = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

prometheus::ClientMetric metric_of(const Sample& sample) {
  prometheus::ClientMetric metric;
  metric.gauge.value = sample.value;
  if (!sample.org.empty()) metric.label.push_back({"org", sample.org});
  if (!sample.reason.empty()) metric.label.push_back({"reason", sample.reason});
  return metric;
}

// In the order in which they are described.
std::vector<prometheus::MetricFamily> families_of(const std::vector<Sample>& samples) {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& described : kGauges) {
    prometheus::MetricFamily family{.name = std::string(described.name),
                                    .help = described.help,
                                    .type = prometheus::MetricType::Gauge,
                                    .metric = {}};
    for (const auto& sample : samples) {
      if (sample.name == described.name) family.metric.push_back(metric_of(sample));
    }
    if (!family.metric.empty()) families.push_back(std::move(family));
  }
  return families;
}

bool is_of_another(const prometheus::ClientMetric& metric, const OrgId& org) {
  return std::ranges::any_of(metric.label, [&org](const auto& label) {
    return label.name == "org" && label.value != org.value;
  });
}

}  // namespace

struct Metrics::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& calls =
      prometheus::BuildCounter()
          .Name("lightfast_calls_total")
          .Help("Calls of procedures, by how they ended.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("lightfast_call_duration_seconds")
          .Help("How long calls of procedures took.")
          .Register(registry);
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("lightfast_http_requests_total")
          .Help("HTTP requests, by the status of their answer; 0: closed without one.")
          .Register(registry);
  std::map<int, prometheus::Counter*> by_status;  // of `requests`, which are looked up by text
};

Metrics::Metrics() : state_(std::make_unique<State>()) {
  prometheus::BuildGauge()
      .Name("lightfast_build_info")
      .Help("1, with the version.")
      .Register(state_->registry)
      .Add({{"version", LIGHTFAST_VERSION}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::count_call(const Call& call, std::chrono::duration<double> took) {
  const auto& [org, procedure, code] = call;
  state_->calls.Add({{"org", org}, {"procedure", procedure}, {"code", code}}).Increment();
  state_->durations.Add({{"org", org}, {"procedure", procedure}}, buckets).Observe(took.count());
}

void Metrics::count_request(int status) {
  auto& counter = state_->by_status[status];
  if (counter == nullptr) counter = &state_->requests.Add({{"status", std::to_string(status)}});
  counter->Increment();
}

std::string Metrics::text(const std::vector<Sample>& samples,
                          const std::optional<OrgId>& only) const {
  auto families = state_->registry.Collect();
  std::ranges::copy(families_of(samples), std::back_inserter(families));
  if (only) {
    for (auto& family : families)
      std::erase_if(family.metric,
                    [&](const auto& metric) { return is_of_another(metric, *only); });
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace lightfast
