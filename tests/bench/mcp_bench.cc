// What the protocol costs, without the commands that calls run: round trips over stdio and HTTP,
// streams that say nothing, starts, each beside the least it could cost on this machine.
//
//   lightfast-mcp-bench [--rounds N] [--seconds S] [--only stdio|http|streams|start]
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "mcp_bench_phases.h"

namespace lightfast::bench {
namespace {

constexpr unsigned kLongestRound = 300;  // s; then something hangs

struct Options {
  int rounds = 10;
  Seconds time{0.3};  // of each measurement
  std::string only;
  [[nodiscard]] bool wants(std::string_view name) const { return only.empty() || only == name; }
};

template <class Number>
void read_number(std::string_view text, Number& number) {
  const auto [end, failed] = std::from_chars(text.begin(), text.end(), number);
  if (failed != std::errc() || end != text.end()) give_up("an option's value is no number");
}

Options options_from(int count, char** arguments) {
  Options options;
  double seconds = options.time.count();
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = arguments[i];
    const std::string_view value = arguments[i + 1];
    if (name == "--rounds") read_number(value, options.rounds);
    if (name == "--seconds") read_number(value, seconds);
    if (name == "--only") options.only = value;
  }
  options.time = Seconds(seconds);
  return options;
}

// As many descriptors as may be, on both sides of the streams.
void allow_descriptors() {
  rlimit files = {};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

void measure(const World& world, const Options& options) {
  std::optional<StdioPhase> stdio;
  std::optional<HttpPhase> http;
  std::optional<StartPhase> start;
  if (options.wants("stdio")) stdio.emplace(world);
  if (options.wants("http")) http.emplace(world);
  if (options.wants("start")) start.emplace(world);
  for (int round = 0; round < options.rounds; ++round) {
    ::alarm(kLongestRound);
    const bool floor_first = round % 2 == 0;
    if (stdio) stdio->round(options.time, floor_first);
    if (http) http->round(options.time, floor_first);
    if (start) start->round();
  }
  std::vector<Comparison> rows;
  if (stdio) rows.insert(rows.end(), stdio->rows().begin(), stdio->rows().end());
  if (http) rows.insert(rows.end(), http->rows().begin(), http->rows().end());
  print_comparisons(rows);
  if (start) start->print();
  if (stdio) stdio->print_sizes();
  ::alarm(kLongestRound);
  if (options.wants("streams")) measure_streams(world, options.time);
}

}  // namespace
}  // namespace lightfast::bench

int main(int count, char** arguments) {
  using namespace lightfast::bench;
  allow_descriptors();
  const auto home = std::filesystem::temp_directory_path() / "lightfast-mcp-bench";
  measure(World(home), options_from(count, arguments));
  std::filesystem::remove_all(home);
}
