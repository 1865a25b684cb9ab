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

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace lightfast {
namespace {

namespace fs = std::filesystem;
using Values = std::map<std::string, std::string>;

constexpr std::array kSettings = {
    Setting{"repo", "URL|PATH",
            "the .lightfast repository: an https URL or the path of a local git repository"},
    Setting{"branch", "NAME", "the branch to serve (default: the repository's default branch)"},
    Setting{"poll-interval", "SECONDS",
            "how often a remote repository is looked at unasked (default: 300; 0: never)"},
    Setting{"org", "NAME", "the organisation's name (default: default)"},
    Setting{
        "data-dir", "DIR",
        "where mirrors, snapshots and the toolbox are kept (default: $XDG_DATA_HOME/lightfast)"},
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

std::string variable_of(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(c));
  });
  return "LIGHTFAST_" + name;
}

// Keys may be written data-dir, data_dir or dataDir.
std::string plain_key(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != '-' && c != '_')
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return plain;
}

const Setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find_if(kSettings, [&key](const Setting& setting) {
    return plain_key(setting.name) == plain_key(key);
  });
  return found == kSettings.end() || std::string_view(found->name) == "config" ? nullptr : found;
}

Error unknown_key(const std::string& file, const std::string& key) {
  std::vector<std::string_view> known;
  for (const auto& setting : kSettings) {
    if (std::string_view(setting.name) != "config") known.emplace_back(setting.name);
  }
  const auto nearest = nearest_word(key, known);
  const auto hint = nearest.empty() ? std::string("see lightfast --help for the known keys")
                                    : fmt::format("did you mean '{}'?", nearest);
  return {ErrorKind::InvalidArgument,
          fmt::format("config file '{}': unknown key '{}'; {}", file, visible_line(key), hint)};
}

std::string limits_text(const Json& limits) {
  std::vector<std::string> words;
  for (const auto& [limit, number] : limits.items())
    words.push_back(fmt::format("{}={}", limit, number.dump()));
  return fmt::format("{}", fmt::join(words, ","));
}

std::string list_text(const Json& names) {
  std::vector<std::string> words;
  words.reserve(names.size());
  for (const auto& name : names)
    words.push_back(name.is_string() ? name.get<std::string>() : name.dump());
  return fmt::format("{}", fmt::join(words, ","));
}

bool is_number(const Setting& setting) {
  const std::string_view name = setting.name;
  return name == "rate-limit" || name == "poll-interval";
}

// What a value in the config file must be.
const char* wanted_of(const Setting& setting) {
  if (std::string_view(setting.name) == "limits") return "an object of numbers";
  if (setting.is_list) return "a list of names";
  if (is_number(setting)) return "a number";
  return setting.value == nullptr ? "true or false" : "a string";
}

// As the option takes it: `limits` may be an object of numbers, a list a list of names, a switch
// true or false, a number a number.
Result<std::string> text_of(const Setting& setting, const Json& value) {
  if (setting.value == nullptr && value.is_boolean()) return std::string(value ? "true" : "");
  if (value.is_string()) return value.get<std::string>();
  if (std::string_view(setting.name) == "limits" && value.is_object()) return limits_text(value);
  if (setting.is_list && value.is_array()) return list_text(value);
  if (is_number(setting) && value.is_number_unsigned()) return value.dump();
  return Error{ErrorKind::InvalidArgument,
               fmt::format("'{}' must be {}", setting.name, wanted_of(setting))};
}

Result<Values> read_config(const std::string& file) {
  const auto doing = fmt::format("config file '{}'", file);
  const auto text = TRY(read_file(file).during(doing));
  const auto document = Json::parse(text, nullptr, false);
  if (!document.is_object())
    return Error{ErrorKind::InvalidArgument,
                 doing + ": not a JSON object; see docs/configuration.md"};
  Values values;
  for (const auto& [key, value] : document.items()) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) return unknown_key(file, key);
    values[setting->name] = TRY(text_of(*setting, value).during(doing));
  }
  return values;
}

// The later source wins.
void lay_over(Values& values, const Values& more) {
  for (const auto& [name, value] : more) values[name] = value;
}

Result<Values> all_values(const Values& flags, const Environment& environment) {
  Values values;
  for (const auto& setting : kSettings) {
    const auto value = environment(variable_of(setting.name));
    if (value && !value->empty()) values[setting.name] = *value;
  }
  lay_over(values, flags);
  if (!values.contains("config")) return values;
  auto all = TRY(read_config(values["config"]));
  lay_over(all, values);
  return all;
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

Result<std::string> secret(const std::string& name, const Environment& environment) {
  if (const auto value = environment(name); value && !value->empty()) return *value;
  const auto file = environment(name + "_FILE");
  if (!file || file->empty()) return std::string();
  auto content = TRY(read_file(*file, 65536).during(name + "_FILE"));
  while (content.ends_with('\n') || content.ends_with('\r')) content.pop_back();
  return content;
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
  if (file.empty()) return secret("LIGHTFAST_API_KEY", environment);
  return secret("LIGHTFAST_API_KEY", [&](const std::string& name) {
    return name == "LIGHTFAST_API_KEY_FILE" ? std::optional(file) : environment(name);
  });
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

Result<void> check_org(const std::string& org) {
  const bool plain = std::ranges::all_of(org, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
  });
  if (!org.empty() && org.size() <= 64 && plain && org.front() != '.') return {};
  return Error{ErrorKind::InvalidArgument,
               "--org: use 1 to 64 of the characters A-Z a-z 0-9 . _ -, not beginning with a dot"};
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
  auto values = TRY(all_values(flags, environment));
  Settings settings;
  settings.repo = values["repo"];
  settings.branch = values["branch"];
  settings.poll_interval = TRY(poll_interval(values["poll-interval"]));
  if (values.contains("org")) {
    TRY(check_org(values["org"]));
    settings.org = OrgId{values["org"]};
  }
  if (values["data-dir"].empty()) {
    settings.data_dir = TRY(default_data_dir(environment));
  } else {
    settings.data_dir = fs::absolute(values["data-dir"]).lexically_normal();
  }
  if (values.contains("log-level")) settings.log_level = values["log-level"];
  settings.log_file = values["log-file"];
  settings.limits = values["limits"];
  settings.programs = values["programs"];
  settings.service = TRY(service_settings(values));
  settings.base_url = values["base-url"];
  settings.api_key = TRY(api_key(values["api-key-file"], environment));
  settings.repo_token = TRY(secret("LIGHTFAST_REPO_TOKEN", environment));
  settings.github_app_id = environment("LIGHTFAST_GITHUB_APP_ID").value_or("");
  settings.github_app_key = TRY(secret("LIGHTFAST_GITHUB_APP_KEY", environment));
  settings.github_api_url = environment("LIGHTFAST_GITHUB_API_URL").value_or("");
  if (settings.github_app_id.empty() != settings.github_app_key.empty()) {
    return Error{
        ErrorKind::InvalidArgument,
        "a GitHub App needs both LIGHTFAST_GITHUB_APP_ID and LIGHTFAST_GITHUB_APP_KEY_FILE"};
  }
  for (const auto* name :
       {"LIGHTFAST_GITHUB_WEBHOOK_SECRET", "LIGHTFAST_GITHUB_WEBHOOK_SECRET_PREVIOUS"}) {
    auto found = TRY(secret(name, environment));
    if (!found.empty()) settings.github_webhook_secrets.push_back(std::move(found));
  }
  settings.ca_file = environment("LIGHTFAST_CA_FILE").value_or("");
  return settings;
}

}  // namespace lightfast
