#include <chrono>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "app/sandbox_settings.h"

namespace lightfast {
namespace {

using Names = std::vector<std::string>;

std::string problem_with(const std::string& limits) {
  sandbox::SandboxOptions options;
  const auto applied = apply_limits(limits, options);
  REQUIRE_FALSE(applied.has_value());
  CHECK(applied.error().kind == ErrorKind::InvalidArgument);
  return applied.error().message;
}

TEST_CASE("limits are laid over the defaults", "[settings]") {
  sandbox::SandboxOptions options;
  REQUIRE(apply_limits("memoryMiB=100, processes=40,seconds=7,running=3", options));
  CHECK(options.limits.memory_bytes == 100ULL << 20U);
  CHECK(options.limits.processes == 40);
  CHECK(options.limits.wall_clock == std::chrono::seconds(7));
  CHECK(options.admission.running == 3);
  CHECK(options.limits.tmp_bytes == sandbox::Limits{}.tmp_bytes);
}

TEST_CASE("the limits in words set what they say", "[settings]") {
  sandbox::SandboxOptions options;
  std::string all;
  for (const auto& word : limits_in_words(options)) all += word + ",";
  sandbox::SandboxOptions again{.data_dir = {},
                                .limits = {.wall_clock = std::chrono::seconds(1),
                                           .cpu_seconds = 1,
                                           .memory_bytes = 1,
                                           .address_space_bytes = 1,
                                           .processes = 1,
                                           .open_files = 1,
                                           .tmp_bytes = 1,
                                           .tmp_entries = 1,
                                           .output_bytes = 1},
                                .admission = {1, 1, 1}};
  REQUIRE(apply_limits(all, again));
  CHECK(again.limits == options.limits);
  CHECK(again.admission == options.admission);
}

TEST_CASE("a limit out of its bounds or unknown is named", "[settings]") {
  CHECK(problem_with("memoryMiB=15").contains("'memoryMiB' must be a whole number from 16 to"));
  for (const char* number : {"", "=", "=x", "=1x", "=-1", "=1.5", "=99999999999999999999"})
    CHECK(problem_with("processes" + std::string(number)).contains("'processes' must be"));
  CHECK(problem_with("seconds=61").contains("from 1 to 60"));
  CHECK(problem_with("procesess=9").contains("did you mean 'processes'?"));
}

TEST_CASE("programs are those named and bash, or more than the usual ones", "[settings]") {
  CHECK(programs_of("cat grep") == Names{"bash", "cat", "grep"});
  CHECK(programs_of("cat,grep") == Names{"bash", "cat", "grep"});
  auto more = sandbox::default_programs();
  more.emplace_back("git");
  CHECK(programs_of("+git") == more);
  for (const char* name : {"../x", "/bin/cat", "-x", ".", "a:b", "a\nb"}) {
    const auto programs = programs_of(name);
    REQUIRE_FALSE(programs.has_value());
    CHECK(programs.error().message.contains("is not the name of a program"));
  }
}

}  // namespace
}  // namespace lightfast
