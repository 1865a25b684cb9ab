#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <span>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include "app/access_log.h"
#include "app/commands.h"
#include "app/http_auth.h"
#include "app/http_service.h"
#include "app/long_term.h"
#include "app/metrics.h"
#include "app/reload.h"
#include "app/served_orgs.h"
#include "app/services.h"
#include "app/stop_events.h"
#include "base/files.h"
#include "base/handles.h"
#include "base/log.h"
#include "base/text.h"
#include "http/server.h"
#include "tools/ingest/ingest.h"
#include "tools/store/store.h"

namespace lightfast {
namespace {

constexpr std::chrono::seconds kHousekeeping{10};
constexpr std::chrono::milliseconds kLastCalls{400};
constexpr std::size_t kOtherDescriptors = 512;  // sandboxes, logs, the repository

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
                                     log_access(answered, [&auth](const http::Request& request) {
                                       return auth->client_of(request);
                                     });
                                   },
                               .logged = [] { log_for("access").flush(); }});
}

// Of the files that are read again on SIGHUP the directories, for a file that is replaced is
// another one; of one in the root directory, which holds everything, the file.
std::vector<std::filesystem::path> files_to_read_again(const Settings& settings) {
  std::vector<std::filesystem::path> paths;
  auto files = settings.files;
  for (const auto& file : {settings.service.tls_cert, settings.service.tls_key}) {
    if (!file.empty()) files.push_back(std::filesystem::absolute(file));
  }
  for (const auto& file : files) {
    const auto directory = file.parent_path();
    paths.push_back(directory == directory.root_path() ? file : directory);
  }
  return paths;
}

// A signalfd for SIGHUP alone.
UniqueFd watch_for_hangup(http::Server& server, std::function<void()> reload) {
  sigset_t hangup;
  ::sigemptyset(&hangup);
  ::sigaddset(&hangup, SIGHUP);
  ::sigprocmask(SIG_BLOCK, &hangup, nullptr);
  UniqueFd fd(::signalfd(-1, &hangup, SFD_CLOEXEC | SFD_NONBLOCK));
  server.watch(fd.get(), [fd = fd.get(), reload = std::move(reload)] {
    signalfd_siginfo signal = {};
    while (::read(fd, &signal, sizeof(signal)) > 0) {
    }
    reload();
  });
  return fd;
}

// The directories of the stores of events, made where they are not there.
std::vector<std::filesystem::path> store_directories(const Settings& settings) {
  std::vector<std::filesystem::path> directories;
  for (const auto& org : settings.orgs) {
    const auto file = store_of(org, settings);
    if (file.empty() || !has_webhooks(org, settings)) continue;
    const auto made = make_private_directories(file.parent_path());
    if (made) directories.push_back(file.parent_path());
    if (!made)
      log_for("app").error("org={} store=no reason=\"{}\"", org.id.value, made.error().message);
  }
  return directories;
}

// The lock of the store is held for no longer than this takes.
Result<std::size_t> keep_events(const std::filesystem::path& file,
                                std::span<const store::Delivery> deliveries) {
  auto writer = TRY(store::StoreWriter::open(file, "lightfast serve"));
  if (!writer.notice().empty()) log_for("app").error("{}", writer.notice());
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  return TRY(writer.add(deliveries, now)).taken;
}

Result<std::unique_ptr<ingest::Ingest>> make_ingest(const Settings& settings, Services& services) {
  const auto not_served = [](const OrgId& id) {
    return Error{ErrorKind::NotFound, fmt::format("the organisation '{}' is not served", id.value)};
  };
  return ingest::Ingest::create(
      settings.data_dir, routing_of(services.orgs(), settings),
      [&services, not_served](const OrgId& id, ingest::Ingest::Ended ended) {
        if (const auto org = services.find(id)) return org->repo().sync(std::move(ended));
        ended(not_served(id));
      },
      [&services, &settings, not_served](
          const OrgId& id, std::span<const store::Delivery> deliveries) -> Result<std::size_t> {
        const auto org = services.find(id);
        if (org == nullptr) return not_served(id);
        const auto file = store_of(org->settings(), settings);
        if (file.empty())
          return Error{ErrorKind::NotFound,
                       "there is no store for the events of this organisation"};
        return keep_events(file, deliveries);
      });
}

void say_ready(const Settings& settings, const std::string& url, const HttpAuth& auth,
               const Services& services) {
  if (auth.is_open())
    log_for("app").warn("open=yes: whoever can connect to {} may read the repository", url);
  if (!services.unconfined().empty())
    log_for("app").warn("confined=no reason=\"{}\"", services.unconfined());
  if (settings.declares_orgs && !settings.repo_token.empty())
    log_for("app").warn("LIGHTFAST_REPO_TOKEN is not used: each of 'orgs' has its own repo.auth");
  std::cerr << fmt::format("listening on {}\n", url) << std::flush;
}

}  // namespace

Result<int> run_serve(const Settings& settings, const std::function<Result<Settings>()>& again) {
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
  auto services = TRY(Services::create(settings, make_long_term,
                                       {.read = files_to_read_again(settings),
                                        .write = store_directories(settings),
                                        .connect_ports = auth->connect_ports()}));
  TRY(stop.watch(services->launcher().death_fd()));
  ServedOrgs orgs(metrics);
  orgs.serve(services->orgs());
  const auto ingest = TRY(make_ingest(settings, *services));
  HttpService service({*services, orgs, *auth, access, *server, metrics, *ingest});
  Reload reload({*server, *auth, *services, orgs, *ingest}, settings, again);
  const auto hangup = watch_for_hangup(*server, [&reload] { reload.run(); });
  server->every(kHousekeeping, [&orgs] { orgs.keep_house(); });
  auth->start();
  services->start();
  ingest->start();
  say_ready(settings,
            fmt::format("{}://{}:{}", settings.service.tls_cert.empty() ? "http" : "https",
                        endpoint.host, endpoint.port),
            *auth, *services);
  log_for("access").flush_on(spdlog::level::off);
  server->serve(service, stop.fd());
  log_for("access").flush();
  const bool launcher_died = stop.is_readable(services->launcher().death_fd());
  if (launcher_died) log_for("app").error("stopping reason=\"the sandbox launcher died\"");
  const int exit_code = launcher_died ? 1 : 0;
  // What holds the end up is cut off: a call that does not heed its cancellation, or a store that
  // somebody else writes; of that the ledger has what is not kept yet.
  if (!orgs.wait_until_idle(kLastCalls) || !ingest->end_keeping(kLastCalls)) std::_Exit(exit_code);
  return exit_code;
}

}  // namespace lightfast
