// What is where in a served Lightfast: MCP, the REST routes of the contract, and what tells of the
// server itself. On the HTTP server's thread; calls are worked on in the MCP server's pool.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/http_auth.h"
#include "app/metrics.h"
#include "app/served_orgs.h"
#include "app/services.h"
#include "contract/procedure.h"
#include "http/exchange.h"
#include "http/server.h"
#include "tools/ingest/ingest.h"

namespace lightfast {

// What webhooks are posted to: this, the provider's name, and the organisation's where there are
// several.
inline constexpr std::string_view kIngestPrefix = "/api/ingest/";

class HttpService final : public http::Service {
 public:
  struct Parts {
    Services& services;
    ServedOrgs& orgs;
    HttpAuth& auth;
    const http::AccessRules& access;
    http::Server& http;
    Metrics& metrics;
    ingest::Ingest& ingest;
  };
  explicit HttpService(const Parts& parts);

  void handle(std::shared_ptr<http::Exchange> exchange) override;
  void drain() override { parts_.orgs.drain(); }
  void cut() override;

 private:
  using Exchange = std::shared_ptr<http::Exchange>;
  struct Route {
    std::string_view path;
    std::string_view methods;  // as the Allow header has them
    void (HttpService::*answer)(const Exchange& exchange);
  };
  struct Call;  // of a procedure, under way
  static const Route* find_route(std::string_view path);

  void route(const Exchange& exchange);
  void answer_procedure(const Exchange& exchange, std::size_t procedure);
  void run_procedure(const Exchange& exchange, ServedOrg& org, std::size_t procedure);
  ServedOrg* org_of(const Exchange& exchange, const auth::Principal& principal);
  void healthz(const Exchange& exchange);
  void readyz(const Exchange& exchange);
  void metrics(const Exchange& exchange);
  void openapi(const Exchange& exchange);
  void resource_metadata(const Exchange& exchange);
  void mcp(const Exchange& exchange);
  void take_delivery(const Exchange& exchange);
  struct Viewer {
    std::optional<OrgId> only;  // what is of this organisation alone; nothing: all
  };
  std::optional<Viewer> viewer_of(const Exchange& exchange);
  std::vector<contract::Procedure> procedures_for(const Viewer& viewer);

  Parts parts_;
  std::uint64_t turn_ = 0;  // of the last request
  const std::vector<contract::Procedure> procedures_;
  std::list<Call*> calls_;
};

}  // namespace lightfast
