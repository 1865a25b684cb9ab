#include "app/sandbox_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <functional>

#include <spdlog/fmt/fmt.h>

#include "base/text.h"

namespace lightfast {
namespace {

using sandbox::AdmissionLimits;
using sandbox::Limits;
using sandbox::SandboxOptions;

// Where a limit's value is kept, and in which unit.
struct Place {
  std::uint64_t Limits::* of_command = nullptr;
  std::uint64_t AdmissionLimits::* of_server = nullptr;
  std::uint64_t unit = 1;
};

struct LimitSetting {
  std::string_view name;
  std::uint64_t least, most;
  Place place;
};

constexpr std::uint64_t kMiB = 1ULL << 20U;

// What a caller asks for cannot pass these; what an operator sets cannot pass the bounds.
constexpr std::array kLimits = {
    LimitSetting{"seconds", 1, 60, {}},
    LimitSetting{"cpuSeconds", 1, 3600, {.of_command = &Limits::cpu_seconds}},
    LimitSetting{"memoryMiB", 16, 65536, {.of_command = &Limits::memory_bytes, .unit = kMiB}},
    LimitSetting{"addressSpaceMiB",
                 256,
                 1048576,
                 {.of_command = &Limits::address_space_bytes, .unit = kMiB}},
    LimitSetting{"processes", 8, 4096, {.of_command = &Limits::processes}},
    LimitSetting{"openFiles", 32, 65536, {.of_command = &Limits::open_files}},
    LimitSetting{"tmpMiB", 1, 16384, {.of_command = &Limits::tmp_bytes, .unit = kMiB}},
    LimitSetting{"tmpFiles", 16, 1048576, {.of_command = &Limits::tmp_entries}},
    LimitSetting{"outputMiB", 1, 16384, {.of_command = &Limits::output_bytes, .unit = kMiB}},
    LimitSetting{"runningPerOrg", 1, 256, {.of_server = &AdmissionLimits::running_per_org}},
    LimitSetting{"waitingPerOrg", 1, 256, {.of_server = &AdmissionLimits::waiting_per_org}},
    LimitSetting{"running", 1, 1024, {.of_server = &AdmissionLimits::running}},
};

void set(SandboxOptions& options, const Place& place, std::uint64_t value) {
  if (place.of_command != nullptr) {
    options.limits.*place.of_command = value * place.unit;
  } else if (place.of_server != nullptr) {
    options.admission.*place.of_server = value;
  } else {
    options.limits.wall_clock = std::chrono::seconds(value);
  }
}

std::uint64_t get(const SandboxOptions& options, const Place& place) {
  if (place.of_command != nullptr) return options.limits.*place.of_command / place.unit;
  if (place.of_server != nullptr) return options.admission.*place.of_server;
  return static_cast<std::uint64_t>(options.limits.wall_clock.count());
}

Error wrong(const std::string& what) {
  return {ErrorKind::InvalidArgument, "limits: " + what, "limits"};
}

Error unknown_limit(std::string_view name) {
  std::vector<std::string_view> known;
  known.reserve(kLimits.size());
  for (const auto& limit : kLimits) known.push_back(limit.name);
  const auto nearest = nearest_word(name, known);
  return wrong(fmt::format("unknown limit '{}'; {}", visible_line(name),
                           nearest.empty() ? std::string("docs/configuration.md lists them")
                                           : fmt::format("did you mean '{}'?", nearest)));
}

Result<void> apply_limit(std::string_view word, SandboxOptions& options) {
  const std::size_t equals = std::min(word.find('='), word.size());
  const auto name = word.substr(0, equals);
  const auto number = word.substr(std::min(equals + 1, word.size()));
  const auto limit = std::ranges::find(kLimits, name, &LimitSetting::name);
  if (limit == kLimits.end()) return unknown_limit(name);
  std::uint64_t value = 0;
  const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool is_number = failed == std::errc() && end == number.data() + number.size();
  if (!is_number || value < limit->least || value > limit->most) {
    return wrong(fmt::format("'{}' must be a whole number from {} to {}", limit->name, limit->least,
                             limit->most));
  }
  set(options, limit->place, value);
  return {};
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kBetween = ", ";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = text.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t size = std::min(text.find_first_of(kBetween), text.size());
    words.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
}

bool is_file_name(std::string_view name) {
  return !name.starts_with('-') && !name.starts_with('.') && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7F && c != '/' && c != ':';
  });
}

}  // namespace

Result<void> apply_limits(std::string_view text, SandboxOptions& options) {
  for (const auto word : words_of(text)) TRY(apply_limit(word, options));
  return {};
}

std::vector<std::string> limits_in_words(const SandboxOptions& options) {
  std::vector<std::string> words;
  words.reserve(kLimits.size());
  for (const auto& limit : kLimits)
    words.push_back(fmt::format("{}={}", limit.name, get(options, limit.place)));
  return words;
}

Result<std::vector<std::string>> programs_of(std::string_view text) {
  std::vector<std::string> programs = {"bash"};
  if (text.starts_with('+')) {
    programs = sandbox::default_programs();
    text.remove_prefix(1);
  }
  for (const auto name : words_of(text)) {
    if (!is_file_name(name)) {
      return Error{ErrorKind::InvalidArgument,
                   fmt::format("programs: '{}' is not the name of a program; give names as in "
                               "/usr/bin, without a path",
                               visible_line(name)),
                   "programs"};
    }
    programs.emplace_back(name);
  }
  return programs;
}

}  // namespace lightfast
