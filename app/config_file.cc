#include "app/config_file.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include "app/settings.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"

namespace lightfast {
namespace {

constexpr std::string_view kOrgs = "orgs";
constexpr std::size_t kMaxNesting = 32;

const Setting* find_setting(std::string_view key) {
  const auto settings = all_settings();
  const auto found = std::ranges::find_if(settings, [&key](const Setting& setting) {
    return plain_key(setting.name) == plain_key(key);
  });
  if (found == settings.end() || std::string_view(found->name) == "config") return nullptr;
  return &*found;
}

Error unknown_key(const std::string& file, const std::string& key) {
  std::vector<std::string_view> known = {kOrgs};
  for (const auto& setting : all_settings()) {
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

}  // namespace

std::string plain_key(std::string_view key) {
  std::string plain;
  for (const char c : key) {
    if (c != '-' && c != '_')
      plain.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return plain;
}

Result<ConfigFile> read_config_file(const std::string& file) {
  const auto doing = fmt::format("config file '{}'", file);
  const auto text = TRY(read_file(file).during(doing));
  if (const auto why = why_not_parsed(text, kMaxNesting); !why.empty())
    return Error{ErrorKind::InvalidArgument, fmt::format("{}: {}", doing, why)};
  auto document = Json::parse(text, nullptr, false);
  if (!document.is_object())
    return Error{ErrorKind::InvalidArgument,
                 doing + ": not a JSON object; see docs/configuration.md"};
  ConfigFile config;
  for (const auto& [key, value] : document.items()) {
    if (key == kOrgs) {
      config.orgs = std::move(value);
      continue;
    }
    const Setting* setting = find_setting(key);
    if (setting == nullptr) return unknown_key(file, key);
    config.settings[setting->name] = TRY(text_of(*setting, value).during(doing));
  }
  const bool is_list = config.orgs.is_array() && !config.orgs.empty();
  if (document.contains(kOrgs) && !is_list) {
    return Error{ErrorKind::InvalidArgument,
                 doing + ": 'orgs' must be a list of organisations, of one at least"};
  }
  return config;
}

}  // namespace lightfast
