// What the program is told, from flags, environment and config file, in this order of precedence.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/org_settings.h"
#include "app/secrets.h"
#include "base/ids.h"
#include "base/result.h"

namespace lightfast {

// One setting that every command takes: `--name`, `LIGHTFAST_NAME` and the config key `name`.
struct Setting {
  const char* name;
  const char* value;  // what stands for the value in --help; null for a switch, which takes none
  const char* help;
  bool is_list = false;     // names joined by commas; a list in the config file
  bool of_service = false;  // of `serve` and the bridge to it alone
};

// All settings, in the order of --help. `config` itself has no config key.
std::span<const Setting> all_settings();

// What `serve` alone is told; app/serve_settings.h makes sense of it.
struct ServiceSettings {
  std::string listen = "127.0.0.1:4114";
  std::string public_url;
  std::vector<std::string> allowed_hosts, allowed_origins, trusted_proxies;
  std::string oauth_issuer, oauth_audience, oauth_jwks_url;
  std::filesystem::path tls_cert, tls_key;
  bool open = false;
  std::string rate_limit;

  bool operator==(const ServiceSettings&) const = default;
};

struct Settings {
  // The organisations that are served: those that the config file declares and that can be used, or
  // one made of the options, where these name a repository.
  std::vector<OrgSettings> orgs;
  std::vector<BadOrg> bad_orgs;
  bool declares_orgs = false;               // in the config file
  std::string repo;                         // empty: none given
  std::string branch;                       // empty: the default branch
  std::chrono::seconds poll_interval{300};  // 0: off
  std::optional<OrgId> asked_org;           // as given
  OrgId org;
  std::filesystem::path data_dir;
  std::filesystem::path store;           // empty: there is no home to have it in
  bool asked_store = false;              // `store` was given
  std::string memory_url;                // of long-term memory; empty: none
  std::string memory_api_key;            // LIGHTFAST_MEMORY_API_KEY
  std::optional<std::string> log_level;  // as given; each command has a default of its own
  std::filesystem::path log_file;        // empty: stderr
  std::string repo_token;                // LIGHTFAST_REPO_TOKEN, or the content of the file
                                         // LIGHTFAST_REPO_TOKEN_FILE names
  std::string ssh_key;                   // LIGHTFAST_SSH_KEY, or what its _FILE names
  std::string ssh_known_hosts;           // what LIGHTFAST_SSH_KNOWN_HOSTS_FILE names
  std::filesystem::path ca_file;         // LIGHTFAST_CA_FILE
  WebhookSecrets webhook_secrets;        // of the environment, those there are
  // LIGHTFAST_GITHUB_APP_ID, what LIGHTFAST_GITHUB_APP_KEY_FILE names, LIGHTFAST_GITHUB_API_URL.
  std::string github_app_id, github_app_key, github_api_url;
  std::string limits;  // see app/sandbox_settings.h
  std::string programs;
  ServiceSettings service;
  std::string base_url;  // of the server that `mcp` is a bridge to; empty: none
  std::string api_key;   // LIGHTFAST_API_KEY, or the content of the file --api-key-file names
  std::vector<std::filesystem::path> files;  // that all of this was read from
};

// The process's own environment.
Environment process_environment();

// Joins `flags` (by setting name), `environment` and the config file that they name.
// InvalidArgument with one line that says what to do: an unknown config key is answered with the
// nearest known one.
Result<Settings> resolve_settings(const std::map<std::string, std::string>& flags,
                                  const Environment& environment);

// Leaves of several organisations the one that --org names: as if the options had named it alone.
// InvalidArgument that lists them when that is none, or was not said.
Result<void> choose_org(Settings& settings);

// Where an organisation's store of events is, whether there is one yet or not; empty: nowhere.
std::filesystem::path store_of(const OrgSettings& own, const Settings& common);

// Whether webhooks may be posted for an organisation, which fill its store.
bool has_webhooks(const OrgSettings& own, const Settings& common);

// The organisation, where there is one alone; nothing where they are declared, however many there
// are just now.
std::optional<OrgId> lone_org(const Settings& settings);

}  // namespace lightfast
