#include "app/offer.h"

#include <utility>

#include "app/repo_resources.h"
#include "mcp/contract_tools.h"

namespace lightfast {
namespace {

// Every call that waits for a place has a thread, so that a short one can pass long ones.
mcp::WorkerLimits workers_for(const sandbox::AdmissionLimits& limits) {
  constexpr std::size_t kMore = 16;  // those that wait for a sync, and are refused
  return {.threads = limits.running_per_org + limits.waiting_per_org + kMore, .queue = 64};
}

mcp::Offer offer_of(Services& services, const OrgId& org) {
  mcp::Offer offer{.tools = mcp::contract_tools(services.catalog(), org),
                   .resources = make_repo_resources(services.repo())};
  offer.prompts.push_back(make_context_prompt(services.repo()));
  return offer;
}

}  // namespace

std::unique_ptr<mcp::Server> make_mcp_server(Services& services, const OrgId& org) {
  auto server = std::make_unique<mcp::Server>(
      mcp::ServerOptions{.instructions = [&services] { return services.instructions(); },
                         .workers = workers_for(services.sandboxes().options().admission)},
      offer_of(services, org));
  services.repo().on_change(
      [made = server.get()] { made->changes().announce(mcp::Changed::AnyResource); });
  return server;
}

}  // namespace lightfast
