#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "app/about.h"
#include "app/commands.h"
#include "app/procedures.h"
#include "app/stop_events.h"
#include "base/log.h"
#include "contract/catalog.h"
#include "mcp/contract_tools.h"
#include "mcp/serve.h"
#include "mcp/stdio_transport.h"
#include "sandbox/confine.h"
#include "tools/remote/remote_server.h"

namespace lightfast {
namespace {

Result<void> check_settings(const Settings& settings) {
  if (settings.repo.empty() && !settings.declares_orgs) return {};
  return Error{
      ErrorKind::InvalidArgument,
      "both --repo and --base-url are given (or LIGHTFAST_REPO, LIGHTFAST_BASE_URL): give "
      "--repo to serve a repository from here, or --base-url to pass calls on to a server"};
}

// Every procedure, done by `server`.
Result<contract::Catalog> catalog_of(remote::RemoteServer& server) {
  std::vector<contract::BoundProcedure> procedures;
  for (auto& declared : declared_procedures()) {
    auto handler = TRY(server.handler_for(declared));
    procedures.push_back({std::move(declared), std::move(handler)});
  }
  return contract::Catalog::create(std::move(procedures));
}

// /etc/resolv.conf may be replaced by another file when the network changes, which a rule on that
// one file would not outlive. For an ordinary user the rest of /etc holds no secret.
void confine(const BaseUrl& url) {
  sandbox::ServerPaths paths{.connect_ports = {url.port}};
  if (::geteuid() != 0) paths.read.emplace_back("/etc");
  if (const auto confined = sandbox::confine_server(paths); !confined)
    log_for("app").warn("confined=no reason=\"{}\"", confined.error().message);
}

std::string instructions(const BaseUrl& url) {
  return fmt::format("{}The repository is at the server {}, to which each call goes.",
                     kAboutTheServer, url.text());
}

// A call that waits for its answer has a thread.
constexpr mcp::WorkerLimits kWorkers{.threads = 64, .queue = 256};

}  // namespace

Result<int> run_bridge(const Settings& settings) {
  TRY(check_settings(settings));
  auto stop = TRY(StopEvents::create());
  const auto remote = TRY(remote::RemoteServer::create(
      {.base_url = settings.base_url, .api_key = settings.api_key, .ca_file = settings.ca_file}));
  const auto catalog = TRY(catalog_of(*remote));
  confine(remote->url());
  auto transport = TRY(mcp::StdioTransport::take_over(stop.fd()));
  mcp::Server server(
      {.instructions = [&remote] { return instructions(remote->url()); }, .workers = kWorkers},
      {.tools = mcp::contract_tools(catalog, settings.org)});
  const auto served = mcp::serve(server, *transport);
  // A call that does not heed its cancellation, because it looks up a name, would hold the end up.
  if (!served) std::_Exit(0);
  return 0;
}

}  // namespace lightfast
