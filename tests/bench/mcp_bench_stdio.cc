#include <algorithm>
#include <cstdio>
#include <thread>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "mcp_bench_phases.h"

namespace lightfast::bench {
namespace {

constexpr double kStdioBar = 3;
constexpr double kStartBar = 10;     // ms
constexpr double kToolListBar = 12;  // KiB
constexpr int kStartsARound = 10;
constexpr std::chrono::milliseconds kSettled{500};  // for sandboxes that are made beside

double millis_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::string ask(Child& server, std::string_view line) {
  server.write(line);
  return server.read_line();
}

}  // namespace

StdioPhase::StdioPhase(const World& world)
    : server_(world.command("mcp", "stdio"), world.log("stdio")) {
  handshake_ = ask(server_, kInitialize);
  server_.write(kInitialized);
  (void)ask(server_, kRealCall);  // from then on nothing is being made ready
  tool_list_ = ask(server_, kListTools);
  const auto add = [&](std::string_view line, std::string name) {
    const auto answer = ask(server_, line);
    cases_.push_back({std::string(line), std::make_unique<Child>([&] { answer_lines(answer); })});
    rows_.emplace_back(std::move(name), Bar{Bar::Of::P50, kStdioBar});
  };
  add(kListTools, "stdio tools/list");
  add(kRefusedCall, "stdio tools/call, refused");
  std::this_thread::sleep_for(kSettled);
}

void StdioPhase::round(Seconds time, bool floor_first) {
  for (std::size_t i = 0; i < cases_.size(); ++i) {
    const auto& [line, floor] = cases_[i];
    Sample below;
    if (floor_first) below = call_by_lines(*floor, line, time);
    const auto ours = call_by_lines(server_, line, time);
    if (!floor_first) below = call_by_lines(*floor, line, time);
    rows_[i].add(ours, below);
  }
}

void StdioPhase::print_sizes() const {
  const auto list = Json::parse(tool_list_)["result"].dump().size();
  const auto result = Json::parse(handshake_)["result"];
  std::printf("\n`tools/list`: %zu bytes (KiB %s); instructions: %zu bytes.\n", list,
              at_most(static_cast<double>(list) / 1024, kToolListBar).c_str(),
              result.value("instructions", "").size());
}

void StartPhase::time_line(const std::string& line, std::vector<double>& millis) const {
  const auto start = Clock::now();
  Child server(world_.command("mcp", "start"), world_.log("start"));
  (void)ask(server, line);
  millis.push_back(millis_since(start));
  server.finish();
}

void StartPhase::round() {
  for (int i = 0; i < kStartsARound; ++i) {
    const auto start = Clock::now();
    Child({"/bin/true"}, world_.log("true")).finish();
    bare_.push_back(millis_since(start));
    time_line(std::string(kInitialize), handshakes_);
    time_line(modern_line("server/discover"), discoveries_);
  }
  const auto start = Clock::now();
  const Serving serving(world_, "serve-" + std::to_string(serves_++));
  listening_.push_back(millis_since(start));
}

void StartPhase::print() const {
  std::puts("\n| start | p50 / p99 ms | starts | bar |\n|---|---|---|---|");
  const auto row = [](const char* name, const std::vector<double>& millis, bool is_bound) {
    const Sample sample{.micros = millis};
    const auto p50 = sample.quantile(0.5);
    std::printf("| %s | %.2f / %.2f | %zu | %s |\n", name, p50, sample.quantile(0.99),
                millis.size(), is_bound ? at_most(p50, kStartBar).c_str() : "-");
  };
  row("/bin/true, to its end", bare_, false);
  row("lightfast mcp, to the answer to initialize", handshakes_, true);
  row("lightfast mcp, to the answer to server/discover", discoveries_, true);
  row("lightfast serve, until it listens", listening_, false);
}

}  // namespace lightfast::bench
