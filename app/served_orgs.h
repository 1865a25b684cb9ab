// The organisations that an HTTP server serves, each with an MCP server and endpoint of its own. On
// the HTTP server's thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string_view>

#include "app/metrics.h"
#include "app/organisation.h"
#include "app/services.h"
#include "mcp/http_endpoint.h"
#include "mcp/server.h"

namespace lightfast {

class ServedOrg {
 public:
  ServedOrg(std::shared_ptr<Organisation> org, std::size_t kept_threads, Metrics& metrics);
  ~ServedOrg();
  ServedOrg(const ServedOrg&) = delete;
  ServedOrg& operator=(const ServedOrg&) = delete;

  [[nodiscard]] const std::shared_ptr<Organisation>& org() const { return org_; }
  [[nodiscard]] mcp::Server& mcp() { return *mcp_; }
  [[nodiscard]] mcp::HttpEndpoint& endpoint() { return endpoint_; }

 private:
  const std::shared_ptr<Organisation> org_;
  const std::unique_ptr<mcp::Server> mcp_;
  mcp::HttpEndpoint endpoint_;
};

class ServedOrgs {
 public:
  explicit ServedOrgs(Metrics& metrics) : metrics_(metrics) {}

  // Serves `orgs` from now on. One that is there already stays as it is; of one that goes, streams
  // end and calls are finished.
  void serve(const Services::Orgs& orgs);

  // Null when it is not served.
  [[nodiscard]] ServedOrg* find(const OrgId& org);

  // Every few seconds.
  void keep_house();

  void drain();
  void cut(std::string_view why);
  // Waits until no call runs any more; false when `timeout` passed first.
  [[nodiscard]] bool wait_until_idle(std::chrono::milliseconds timeout);

  [[nodiscard]] std::size_t sessions() const;
  [[nodiscard]] mcp::WorkerPool::Load load();

 private:
  Metrics& metrics_;
  std::map<OrgId, std::unique_ptr<ServedOrg>> served_;
  std::list<std::unique_ptr<ServedOrg>> leaving_;  // until their calls are finished
};

}  // namespace lightfast
