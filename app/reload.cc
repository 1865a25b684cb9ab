#include "app/reload.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "base/log.h"
#include "tools/repo/repository_name.h"

namespace lightfast {
namespace {

constexpr const char* kGitHubApi = "https://api.github.com";

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

ingest::RoutedOrg routed(const OrgSettings& own, const Settings& settings,
                         const std::string& api_host) {
  ingest::RoutedOrg org{.id = own.id,
                        .branch = own.branch,
                        .secrets = own.webhook_secrets,
                        .has_store = !store_of(own, settings).empty()};
  const auto name = repo::repository_name(own.repo);
  if (name && repo::is_api_of(api_host, repo::host_of(own.repo))) {
    org.owner = in_lower_case(name->owner);
    org.repository = in_lower_case(name->name);
  }
  return org;
}

// What has changed that is looked at only at the start.
std::vector<std::string> changed_in_vain(const Settings& before, const Settings& now) {
  const std::vector<std::pair<const char*, bool>> all = {
      {"data-dir", before.data_dir != now.data_dir},
      {"store", before.store != now.store},
      {"limits", before.limits != now.limits},
      {"programs", before.programs != now.programs},
      {"poll-interval", before.poll_interval != now.poll_interval},
      {"log-level", before.log_level != now.log_level},
      {"log-file", before.log_file != now.log_file},
      {"settings of serve", before.service != now.service},
      {"the GitHub App's key", before.github_app_key != now.github_app_key},
      {"whether there are 'orgs'", before.declares_orgs != now.declares_orgs},
  };
  std::vector<std::string> changed;
  for (const auto& [name, is_changed] : all) {
    if (is_changed) changed.emplace_back(name);
  }
  return changed;
}

}  // namespace

ingest::Routing routing_of(const Services::Orgs& orgs, const Settings& settings) {
  const auto& api = settings.github_api_url;
  const auto api_host = repo::host_of(api.empty() ? kGitHubApi : api);
  ingest::Routing routing{.orgs = {},
                          .secrets = settings.webhook_secrets,
                          .is_single = lone_org(settings).has_value() && orgs.size() == 1};
  for (const auto& [id, org] : orgs)
    routing.orgs.push_back(routed(org->settings(), settings, api_host));
  return routing;
}

void Reload::run() {
  if (!settings_.service.tls_cert.empty()) {
    const auto tls = parts_.http.reload_tls();
    if (tls) log_for("app").info("reloaded=tls");
    if (!tls) log_for("app").error("reloaded=no what=tls reason=\"{}\"", tls.error().message);
  }
  auto settings = again_();
  if (settings) return use(*settings);
  log_for("app").error("reloaded=no what=configuration reason=\"{}\"", settings.error().message);
}

void Reload::use(const Settings& settings) {
  const auto in_vain = changed_in_vain(settings_, settings);
  if (!in_vain.empty())
    log_for("app").warn("changed, but used from the next start on: {}", fmt::join(in_vain, ", "));
  if (settings.declares_orgs == settings_.declares_orgs) {
    parts_.services.change_orgs(settings);
    parts_.orgs.serve(parts_.services.orgs());
    parts_.auth.set_lone_org(lone_org(settings));
  }
  parts_.ingest.change_routing(routing_of(parts_.services.orgs(), settings));
  log_for("app").info("reloaded=yes orgs={} unserved={}", parts_.services.orgs().size(),
                      parts_.services.unserved());
}

}  // namespace lightfast
