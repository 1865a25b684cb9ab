// What the program is told, from flags, environment and config file, in this order of precedence.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "base/ids.h"
#include "base/log.h"
#include "base/result.h"

namespace lightfast {

// One setting that every command takes: `--name`, `LIGHTFAST_NAME` and the config key `name`.
struct Setting {
  const char* name;
  const char* value;  // what stands for the value in --help
  const char* help;
};

// All settings, in the order of --help. `config` itself has no config key.
std::span<const Setting> all_settings();

struct Settings {
  std::string repo;    // empty: none given
  std::string branch;  // empty: the default branch
  OrgId org;
  std::filesystem::path data_dir;
  std::optional<std::string> log_level;  // as given; each command has a default of its own
  std::filesystem::path log_file;        // empty: stderr
  std::string repo_token;                // LIGHTFAST_REPO_TOKEN, or the content of the file
                                         // LIGHTFAST_REPO_TOKEN_FILE names
  std::filesystem::path ca_file;         // LIGHTFAST_CA_FILE
  std::string limits;                    // see app/sandbox_settings.h
  std::string programs;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process's own environment.
Environment process_environment();

// Joins `flags` (by setting name), `environment` and the config file that they name.
// InvalidArgument with one line that says what to do: an unknown config key is answered with the
// nearest known one.
Result<Settings> resolve_settings(const std::map<std::string, std::string>& flags,
                                  const Environment& environment);

}  // namespace lightfast
