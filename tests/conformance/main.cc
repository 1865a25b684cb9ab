// lightfast-conformance [--listen HOST:PORT]: the fixtures of the conformance suite, served over
// HTTP at /mcp by the same rooms as `lightfast serve`, to whoever connects. Says `listening on URL`
// on stderr when it does; ends on SIGTERM and SIGINT.
#include <signal.h>
#include <sys/signalfd.h>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "base/result.h"
#include "http/access.h"
#include "http/server.h"
#include "mcp/http_endpoint.h"
#include "mcp/server.h"
#include "tests/conformance/fixtures.h"

namespace lightfast::conformance {
namespace {

constexpr std::chrono::seconds kHousekeeping{1};

class ConformanceService final : public http::Service {
 public:
  ConformanceService(mcp::Server& server, const http::AccessRules& access)
      : access_(access), endpoint_(server) {}

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    if (const auto why = access_.refusal(exchange->request()))
      return exchange->respond({.status = 403, .headers = {}, .body = *why});
    if (exchange->request().path() != "/mcp")
      return exchange->respond({.status = 404, .headers = {}, .body = "MCP is at /mcp"});
    endpoint_.handle(exchange, "anyone");
  }
  void drain() override { endpoint_.drain(); }
  void cut() override { endpoint_.cut("the server is shutting down"); }
  void keep_house() { endpoint_.keep_house(); }

 private:
  const http::AccessRules& access_;
  mcp::HttpEndpoint endpoint_;
};

// Readable once the program is asked to end.
UniqueFd watch_for_stop() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT}) ::sigaddset(&signals, signal);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return UniqueFd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Result<void> run(const std::string& address) {
  const auto stop = watch_for_stop();
  const auto listen = TRY(http::parse_endpoint(address));
  const auto http = TRY(http::Server::listen({.listen = listen, .tls = {}}));
  const auto& endpoint = http->endpoint();
  const auto access = TRY(http::AccessRules::create(
      {.listen_host = endpoint.host, .public_url = {}, .hosts = {}, .origins = {}}));
  mcp::Server* announcer = nullptr;  // set before the first call
  mcp::Server server(
      {.name = "lightfast-conformance", .title = "Conformance fixtures"},
      make_offer([&announcer](mcp::Changed what) { announcer->changes().announce(what); }));
  announcer = &server;
  ConformanceService service(server, access);
  http->every(kHousekeeping, [&service] { service.keep_house(); });
  std::cerr << fmt::format("listening on http://{}:{}\n", endpoint.host, endpoint.port)
            << std::flush;
  http->serve(service, stop.get());
  return {};
}

}  // namespace
}  // namespace lightfast::conformance

int main(int count, char** arguments) {
  CLI::App app("The fixtures of the MCP conformance suite, served over HTTP.");
  std::string address = "127.0.0.1:0";
  app.add_option("--listen", address, "HOST:PORT; port 0 is any that is free");
  CLI11_PARSE(app, count, arguments);
  const auto ran = lightfast::conformance::run(address);
  if (!ran) std::cerr << "lightfast-conformance: " << ran.error().message << '\n';
  return ran ? 0 : 1;
}
