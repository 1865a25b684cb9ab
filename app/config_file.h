// The configuration file: a JSON object of settings, and of the organisations that are served.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/result.h"

namespace lightfast {

struct ConfigFile {
  std::map<std::string, std::string> settings;  // by name, each as its option takes it
  Json orgs;                                    // as it is there; null: it declares none
};

// InvalidArgument with one line that names the file and what is wrong in it: an unknown key is
// answered with the nearest known one.
Result<ConfigFile> read_config_file(const std::string& file);

// Keys may be written data-dir, data_dir or dataDir: `datadir` for all.
std::string plain_key(std::string_view key);

}  // namespace lightfast
