#include "app/offer.h"

#include <utility>

#include "app/repo_resources.h"
#include "mcp/contract_tools.h"

namespace lightfast {
namespace {

// Every call that waits for a place has a thread, so that a short one can pass long ones.
mcp::WorkerLimits workers_for(const sandbox::AdmissionLimits& limits, std::size_t kept) {
  constexpr std::size_t kMore = 16;  // those that wait for a sync, and are refused
  return {.threads = limits.running_per_org + limits.waiting_per_org + kMore,
          .queue = 64,
          .kept = kept};
}

mcp::Offer offer_of(Organisation& org) {
  mcp::Offer offer{.tools = mcp::contract_tools(org.catalog(), org.id()),
                   .resources = make_repo_resources(org.repo())};
  offer.prompts.push_back(make_context_prompt(org.repo()));
  return offer;
}

}  // namespace

std::unique_ptr<mcp::Server> make_mcp_server(Organisation& org, std::size_t kept) {
  auto server = std::make_unique<mcp::Server>(
      mcp::ServerOptions{.instructions = [&org] { return org.instructions(); },
                         .workers = workers_for(org.sandboxes().options().admission, kept)},
      offer_of(org));
  org.repo().on_change(
      [made = server.get()] { made->changes().announce(mcp::Changed::AnyResource); });
  return server;
}

}  // namespace lightfast
