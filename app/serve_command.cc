#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "app/commands.h"
#include "app/http_auth.h"
#include "app/http_service.h"
#include "app/metrics.h"
#include "app/offer.h"
#include "app/services.h"
#include "app/stop_events.h"
#include "base/handles.h"
#include "base/log.h"
#include "base/text.h"
#include "contract/error.h"
#include "http/server.h"
#include "mcp/server.h"
#include "tools/ingest/ingest.h"

namespace lightfast {
namespace {

constexpr std::chrono::seconds kHousekeeping{10};
constexpr std::chrono::milliseconds kLastCalls{400};
constexpr std::chrono::minutes kSyncPatience{2};
constexpr std::size_t kOtherDescriptors = 512;  // sandboxes, logs, the repository
constexpr std::size_t kMaxPathLogged = 200;

std::string own_url(const Settings& settings, const http::Endpoint& endpoint) {
  const auto& service = settings.service;
  if (!service.public_url.empty()) {
    auto url = service.public_url;
    while (url.ends_with('/')) url.pop_back();
    return url;
  }
  const bool is_v6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", service.tls_cert.empty() ? "http" : "https",
                     is_v6 ? "[" : "", endpoint.host, is_v6 ? "]" : "", endpoint.port);
}

// One descriptor for each connection, as far as the hard limit goes.
std::size_t connections_within_limits(std::size_t wanted) {
  rlimit files = {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, wanted + kOtherDescriptors);
  ::setrlimit(RLIMIT_NOFILE, &files);
  ::getrlimit(RLIMIT_NOFILE, &files);
  const auto usable = std::max<rlim_t>(files.rlim_cur, 2 * kOtherDescriptors) - kOtherDescriptors;
  return std::min<std::size_t>(wanted, usable);
}

// No query, no header, no body: nothing that could be a secret.
void log_access(const http::Answered& answered, const std::string& client) {
  const auto path = answered.request.path();
  log_for("access").info(
      "method={} path={} status={} bytes={} ms={:.1f} client={} caller={} request={}",
      visible_line(answered.request.method.substr(0, 16)),
      visible_line(path.substr(0, kMaxPathLogged)), answered.status, answered.bytes,
      static_cast<double>(answered.took.count()) / 1000, visible_line(client),
      answered.caller.empty() ? "-" : visible_line(answered.caller), answered.request.id.value);
}

// `auth` is there before the first request is.
Result<std::unique_ptr<http::Server>> listen(const Settings& settings, Metrics& metrics,
                                             const std::unique_ptr<HttpAuth>& auth) {
  const auto& service = settings.service;
  const auto endpoint = TRY(http::parse_endpoint(service.listen));
  http::ServerLimits limits;
  limits.request.large_targets = kIngestPrefix;
  limits.connections = connections_within_limits(limits.connections);
  return http::Server::listen({.listen = endpoint,
                               .tls = {service.tls_cert, service.tls_key},
                               .limits = limits,
                               .log =
                                   [&metrics, &auth](const http::Answered& answered) {
                                     metrics.count_request(answered.status);
                                     if (log_for("access").should_log(spdlog::level::info))
                                       log_access(answered, auth->client_of(answered.request));
                                   },
                               .logged = [] { log_for("access").flush(); }});
}

void observe_calls(contract::Catalog& catalog, Metrics& metrics) {
  catalog.observe([&metrics](const contract::Procedure& procedure, const Result<Json>& output,
                             std::chrono::steady_clock::duration took) {
    const auto code = output ? std::string("ok")
                             : contract::error_body(output.error(), {})["code"].get<std::string>();
    metrics.count_call(procedure.name("."), code, took);
  });
}

std::vector<std::filesystem::path> files_to_read_again(const ServiceSettings& service) {
  std::vector<std::filesystem::path> files;
  for (const auto& file : {service.tls_cert, service.tls_key}) {
    if (!file.empty()) files.push_back(std::filesystem::absolute(file).parent_path());
  }
  return files;
}

// SIGHUP reads the certificate again; a signalfd for it alone.
UniqueFd watch_for_reload(http::Server& server) {
  sigset_t hangup;
  ::sigemptyset(&hangup);
  ::sigaddset(&hangup, SIGHUP);
  ::sigprocmask(SIG_BLOCK, &hangup, nullptr);
  UniqueFd fd(::signalfd(-1, &hangup, SFD_CLOEXEC | SFD_NONBLOCK));
  server.watch(fd.get(), [&server, fd = fd.get()] {
    signalfd_siginfo signal = {};
    while (::read(fd, &signal, sizeof(signal)) > 0) {
    }
    const auto reloaded = server.reload_tls();
    if (reloaded) return log_for("app").info("reloaded=tls");
    log_for("app").error("reloaded=no reason=\"{}\"", reloaded.error().message);
  });
  return fd;
}

Result<std::unique_ptr<ingest::Ingest>> make_ingest(const Settings& settings, Services& services) {
  return ingest::Ingest::create({.data_dir = settings.data_dir,
                                 .org = settings.org,
                                 .branch = settings.branch,
                                 .github_secrets = settings.github_webhook_secrets},
                                [&repo = services.repo()](std::stop_token stop) {
                                  return repo.sync(std::chrono::steady_clock::now() + kSyncPatience,
                                                   std::move(stop));
                                });
}

void say_ready(const std::string& url, const HttpAuth& auth, const Services& services) {
  if (auth.is_open())
    log_for("app").warn("open=yes: whoever can connect to {} may read the repository", url);
  if (!services.unconfined().empty())
    log_for("app").warn("confined=no reason=\"{}\"", services.unconfined());
  std::cerr << fmt::format("listening on {}\n", url) << std::flush;
}

}  // namespace

Result<int> run_serve(const Settings& settings) {
  auto stop = TRY(StopEvents::create(Hangup::IsNoEnd));
  Metrics metrics;
  std::unique_ptr<HttpAuth> auth;
  auto server = TRY(listen(settings, metrics, auth));
  const auto& endpoint = server->endpoint();
  const auto url = own_url(settings, endpoint);
  const auto access = TRY(http::AccessRules::create({.listen_host = endpoint.host,
                                                     .public_url = settings.service.public_url,
                                                     .hosts = settings.service.allowed_hosts,
                                                     .origins = settings.service.allowed_origins}));
  auth = TRY(HttpAuth::create(settings, http::is_loopback_host(endpoint.host), url));
  auto services = TRY(Services::create(settings, {.read = files_to_read_again(settings.service),
                                                  .connect_ports = auth->connect_ports()}));
  TRY(stop.watch(services->launcher().death_fd()));
  observe_calls(services->catalog(), metrics);
  auto mcp = make_mcp_server(*services, settings.org);
  const auto ingest = TRY(make_ingest(settings, *services));
  HttpService service({*services, *mcp, *auth, access, *server, metrics, *ingest, settings.org});
  const auto hangup = watch_for_reload(*server);
  server->every(kHousekeeping, [&service] { service.keep_house(); });
  auth->start();
  services->start();
  ingest->start();
  say_ready(fmt::format("{}://{}:{}", settings.service.tls_cert.empty() ? "http" : "https",
                        endpoint.host, endpoint.port),
            *auth, *services);
  log_for("access").flush_on(spdlog::level::off);
  server->serve(service, stop.fd());
  log_for("access").flush();
  services->repo().on_change({});
  const bool launcher_died = stop.is_readable(services->launcher().death_fd());
  if (launcher_died) log_for("app").error("stopping reason=\"the sandbox launcher died\"");
  const int exit_code = launcher_died ? 1 : 0;
  if (!mcp->pool().wait_until_idle(kLastCalls)) std::_Exit(exit_code);
  return exit_code;
}

}  // namespace lightfast
