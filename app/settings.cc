#include "app/settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "app/config_file.h"
#include "app/store_places.h"
#include "base/base_url.h"
#include "base/text.h"
#include "tools/repo/layout.h"
#include "tools/repo/repo.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string>;

constexpr std::array kSettings = {
    Setting{"repo", "URL|PATH",
            "the .lightfast repository: an https or ssh URL or the path of a local git repository"},
    Setting{"branch", "NAME", "the branch to serve (default: the repository's default branch)"},
    Setting{"poll-interval", "SECONDS",
            "how often a remote repository is looked at unasked (default: 300; 0: never)"},
    Setting{"org", "NAME", "the organisation's name (default: default)"},
    Setting{
        "data-dir", "DIR",
        "where mirrors, snapshots and the toolbox are kept (default: $XDG_DATA_HOME/lightfast)"},
    Setting{"store", "FILE", "the store of events (default: ~/lightfast/store.db)"},
    Setting{"memory-url", "URL", "the Memory search API, with LIGHTFAST_MEMORY_API_KEY"},
    Setting{"limits", "NAME=N,...",
            "what commands may use, such as memoryMiB=256,processes=64 (docs/configuration.md)"},
    Setting{"programs", "NAME,...",
            "the programs that commands have; after a + these besides the usual ones", true},
    Setting{"log-level", "LEVEL",
            "error, warn, info, debug or off (default: info for mcp and serve, error for others)"},
    Setting{"log-file", "FILE", "where log lines go (default: stderr)"},
    Setting{"config", "FILE", "a JSON file with any of these settings as keys"},
    Setting{.name = "listen",
            .value = "HOST:PORT",
            .help = "where to serve (default: 127.0.0.1:4114; port 0: any)",
            .of_service = true},
    Setting{.name = "open",
            .value = nullptr,
            .help = "serve everyone who can connect, without keys",
            .of_service = true},
    Setting{.name = "public-url",
            .value = "URL",
            .help = "how clients reach the server, if by another URL: through a proxy",
            .of_service = true},
    Setting{.name = "allowed-host",
            .value = "NAME,...",
            .help = "further names that requests may give as Host",
            .is_list = true,
            .of_service = true},
    Setting{.name = "allowed-origin",
            .value = "URL,...",
            .help = "web pages' origins that may call the server",
            .is_list = true,
            .of_service = true},
    Setting{.name = "trusted-proxy",
            .value = "ADDRESS,...",
            .help = "proxies whose X-Forwarded-For is believed; an address or a network such as "
                    "10.0.0.0/8",
            .is_list = true,
            .of_service = true},
    Setting{.name = "rate-limit",
            .value = "N",
            .help = "requests a minute of one key or address (default: 1200; 0: any number)",
            .of_service = true},
    Setting{.name = "tls-cert",
            .value = "FILE",
            .help = "the server's certificate chain (PEM); with --tls-key it speaks https",
            .of_service = true},
    Setting{.name = "tls-key",
            .value = "FILE",
            .help = "the certificate's private key (PEM)",
            .of_service = true},
    Setting{.name = "oauth-issuer",
            .value = "URL",
            .help = "the authorization server whose access tokens are accepted",
            .of_service = true},
    Setting{.name = "oauth-audience",
            .value = "NAME",
            .help = "what a token's `aud` must name (default: the server's public URL)",
            .of_service = true},
    Setting{.name = "oauth-jwks-url",
            .value = "URL",
            .help = "where the issuer's public keys are (default: its jwks_uri)",
            .of_service = true},
    Setting{.name = "base-url",
            .value = "URL",
            .help = "a lightfast server that `mcp` passes calls on to, with LIGHTFAST_API_KEY",
            .of_service = true},
    Setting{.name = "api-key-file",
            .value = "FILE",
            .help = "a file with the API key for --base-url",
            .of_service = true},
};

constexpr UrlSetting kMemoryUrl = {.name = "memory-url",
                                   .place_of_key = "LIGHTFAST_MEMORY_API_KEY"};

std::string variable_of(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return "LIGHTFAST_" + name;
}

// The later source wins.
void lay_over(Values& values, const Values& more) {
  for (const auto& [name, value] : more) values[name] = value;
}

// What flags and environment say, laid over what the file says that they name.
struct Given {
  Values values;
  std::string config_file;
  Json orgs;
};

Result<Given> all_given(const Values& flags, const Environment& environment) {
  Given given;
  Values values;
  for (const auto& setting : kSettings) {
    const auto value = environment(variable_of(setting.name));
    if (value && !value->empty()) values[setting.name] = *value;
  }
  lay_over(values, flags);
  if (values.contains("config")) {
    given.config_file = values["config"];
    auto config = TRY(read_config_file(given.config_file));
    given.values = std::move(config.settings);
    given.orgs = std::move(config.orgs);
  }
  lay_over(given.values, values);
  return given;
}

Result<fs::path> default_data_dir(const Environment& environment) {
  if (const auto data_home = environment("XDG_DATA_HOME");
      data_home && data_home->starts_with('/')) {
    return fs::path(*data_home) /
           "lightfast";  // XDG Base Directory Specification: relative paths are ignored
  }
  const auto home = environment("HOME");
  if (!home || !home->starts_with('/')) {
    return Error{ErrorKind::InvalidArgument,
                 "no place for data: HOME is not set; give --data-dir DIR"};
  }
  return fs::path(*home) / ".local/share/lightfast";
}

fs::path store_file(const std::string& given, const Environment& environment) {
  if (!given.empty()) return fs::absolute(given).lexically_normal();
  const auto home = environment("HOME").value_or("");
  return home.starts_with('/') ? fs::path(home) / "lightfast" / "store.db" : fs::path();
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (comma > 0) names.emplace_back(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return names;
}

Result<bool> is_on(const std::string& name, const std::string& value) {
  if (value.empty() || value == "0" || value == "false") return false;
  if (value == "1" || value == "true") return true;
  return Error{ErrorKind::InvalidArgument, fmt::format("{}: use true or false", name)};
}

Result<ServiceSettings> service_settings(Values& values) {
  ServiceSettings service;
  if (!values["listen"].empty()) service.listen = values["listen"];
  service.public_url = values["public-url"];
  service.allowed_hosts = names_in(values["allowed-host"]);
  service.allowed_origins = names_in(values["allowed-origin"]);
  service.trusted_proxies = names_in(values["trusted-proxy"]);
  service.oauth_issuer = values["oauth-issuer"];
  service.oauth_audience = values["oauth-audience"];
  service.oauth_jwks_url = values["oauth-jwks-url"];
  service.tls_cert = values["tls-cert"];
  service.tls_key = values["tls-key"];
  service.open = TRY(is_on("open", values["open"]));
  service.rate_limit = values["rate-limit"];
  return service;
}

// The API key, from the environment or from the file that --api-key-file names.
Result<std::string> api_key(const std::string& file, const Environment& environment) {
  const Environment with_file = [&](const std::string& name) {
    return name == "LIGHTFAST_API_KEY_FILE" && !file.empty() ? std::optional(file)
                                                             : environment(name);
  };
  return Secrets(with_file).of("LIGHTFAST_API_KEY");
}

Result<std::chrono::seconds> poll_interval(const std::string& text) {
  constexpr int kUsual = 300;
  constexpr int kMost = 86'400;
  if (text.empty()) return std::chrono::seconds(kUsual);
  int seconds = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, seconds);
  if (failed == std::errc() && end == last && seconds >= 0 && seconds <= kMost)
    return std::chrono::seconds(seconds);
  return Error{ErrorKind::InvalidArgument,
               fmt::format("--poll-interval: '{}' is not a number of seconds, 0 to {}",
                           visible_line(text), kMost)};
}

// Public, but read as secrets are: before the server confines itself, and again on SIGHUP.
Result<std::string> known_hosts(const Environment& environment, Secrets& secrets) {
  const std::string name = "LIGHTFAST_SSH_KNOWN_HOSTS_FILE";
  const auto file = environment(name);
  if (!file || file->empty()) return std::string();
  return secrets.in(*file, repo::kMaxKnownHosts).during(name);
}

// The current one and the one before, those there are.
Result<std::vector<std::string>> secrets_of(const std::string& variable, Secrets& secrets) {
  std::vector<std::string> all = {TRY(secrets.of(variable))};
  all.push_back(TRY(secrets.of(variable + "_PREVIOUS")));
  std::erase(all, "");
  return all;
}

Result<WebhookSecrets> webhook_secrets(Secrets& secrets) {
  WebhookSecrets all;
  for (const auto& [sender, variable] : kWebhookSenders) {
    auto own = TRY(secrets_of(variable, secrets));
    if (!own.empty()) all[sender] = std::move(own);
  }
  return all;
}

Result<void> read_secrets(Settings& settings, const Environment& environment, Secrets& secrets) {
  settings.repo_token = TRY(secrets.of("LIGHTFAST_REPO_TOKEN"));
  settings.ssh_key = TRY(secrets.of("LIGHTFAST_SSH_KEY"));
  settings.memory_api_key = TRY(secrets.of("LIGHTFAST_MEMORY_API_KEY"));
  settings.ssh_known_hosts = TRY(known_hosts(environment, secrets));
  settings.github_app_key = TRY(secrets.of("LIGHTFAST_GITHUB_APP_KEY"));
  settings.webhook_secrets = TRY(webhook_secrets(secrets));
  if (settings.github_app_id.empty() == settings.github_app_key.empty()) return {};
  return Error{ErrorKind::InvalidArgument,
               "a GitHub App needs both LIGHTFAST_GITHUB_APP_ID and LIGHTFAST_GITHUB_APP_KEY_FILE"};
}

// Those of the config file, or the one that the options are of.
Result<void> set_orgs(Settings& settings, const Given& given, Secrets& secrets) {
  if (given.orgs.is_null()) {
    if (settings.repo.empty()) return {};
    settings.orgs = {{.id = settings.org,
                      .repo = settings.repo,
                      .branch = settings.branch,
                      .repo_token = settings.repo_token,
                      .ssh_key = settings.ssh_key,
                      .ssh_known_hosts = settings.ssh_known_hosts,
                      .memory_url = settings.memory_url,
                      .memory_api_key = settings.memory_api_key}};
    return {};
  }
  settings.declares_orgs = true;
  if (!settings.repo.empty() || !settings.branch.empty()) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("config file '{}' declares 'orgs', each with its repository: do not "
                             "give --repo and --branch, too (nor LIGHTFAST_REPO, LIGHTFAST_BRANCH)",
                             given.config_file)};
  }
  auto read = read_orgs(given.orgs, fs::absolute(given.config_file).parent_path(), secrets);
  settings.orgs = std::move(read.orgs);
  settings.bad_orgs = std::move(read.bad);
  part_stores(settings);
  for (auto& bad : settings.bad_orgs)
    bad.why = fmt::format("config file '{}': {}", given.config_file, bad.why);
  return {};
}

Error no_such_org(const Settings& settings) {
  std::vector<std::string> names;
  names.reserve(settings.orgs.size());
  for (const auto& org : settings.orgs) names.push_back(org.id.value);
  const auto what = settings.asked_org
                        ? fmt::format("no organisation '{}'", settings.asked_org->value)
                        : std::string("there are several organisations");
  return {ErrorKind::InvalidArgument,
          fmt::format("{}; give --org with one that the config file declares: {}", what,
                      fmt::join(names, ", "))};
}

Result<OrgId> org_of(const std::string& name) {
  OrgId org{name};
  if (const auto fine = repo::check_org(org); !fine)
    return Error{ErrorKind::InvalidArgument, "--org: " + fine.error().message};
  return org;
}

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<Settings> resolve_settings(const Values& flags, const Environment& environment) {
  auto given = TRY(all_given(flags, environment));
  auto& values = given.values;
  Settings settings;
  settings.repo = values["repo"];
  settings.branch = values["branch"];
  settings.poll_interval = TRY(poll_interval(values["poll-interval"]));
  if (values.contains("org")) {
    settings.asked_org = TRY(org_of(values["org"]));
    settings.org = *settings.asked_org;
  }
  if (values["data-dir"].empty()) {
    settings.data_dir = TRY(default_data_dir(environment));
  } else {
    settings.data_dir = fs::absolute(values["data-dir"]).lexically_normal();
  }
  settings.asked_store = !values["store"].empty();
  settings.store = store_file(values["store"], environment);
  settings.memory_url = values["memory-url"];
  if (!settings.memory_url.empty()) TRY(parse_base_url(settings.memory_url, kMemoryUrl));
  if (values.contains("log-level")) settings.log_level = values["log-level"];
  settings.log_file = values["log-file"];
  settings.limits = values["limits"];
  settings.programs = values["programs"];
  settings.service = TRY(service_settings(values));
  settings.base_url = values["base-url"];
  settings.api_key = TRY(api_key(values["api-key-file"], environment));
  settings.github_app_id = environment("LIGHTFAST_GITHUB_APP_ID").value_or("");
  settings.github_api_url = environment("LIGHTFAST_GITHUB_API_URL").value_or("");
  settings.ca_file = environment("LIGHTFAST_CA_FILE").value_or("");
  Secrets secrets(environment);
  TRY(read_secrets(settings, environment, secrets));
  TRY(set_orgs(settings, given, secrets));
  settings.files = secrets.files();
  if (!given.config_file.empty()) settings.files.push_back(fs::absolute(given.config_file));
  return settings;
}

Result<void> choose_org(Settings& settings) {
  if (!settings.declares_orgs) return {};
  auto& orgs = settings.orgs;
  const bool is_alone = orgs.size() == 1 && settings.bad_orgs.empty();
  const auto is_wanted = [&](const std::optional<OrgId>& id) {
    return settings.asked_org ? id == settings.asked_org : is_alone;
  };
  const auto bad = std::ranges::find_if(settings.bad_orgs, is_wanted, &BadOrg::id);
  if (bad != settings.bad_orgs.end()) return Error{ErrorKind::InvalidArgument, bad->why};
  const auto chosen = std::ranges::find_if(orgs, is_wanted, &OrgSettings::id);
  if (chosen == orgs.end()) return no_such_org(settings);
  orgs = {OrgSettings(*chosen)};
  settings.bad_orgs.clear();
  settings.org = orgs.front().id;
  settings.repo = orgs.front().repo;
  settings.branch = orgs.front().branch;
  return {};
}

std::optional<OrgId> lone_org(const Settings& settings) {
  if (!settings.declares_orgs || settings.asked_org) return settings.org;
  return std::nullopt;
}

}  // namespace lightfast
