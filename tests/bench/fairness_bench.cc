// How much one organisation's load slows another's `echo ok`: its p50 and p99 alone, and while the
// other runs a fork bomb, a search over everything or a memory hog, as many of them as it may.
//
//   lightfast-fairness-bench [ROUNDS]       run it in a cgroup with limits on processes and memory
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/scheduling.h"
#include "sandbox/launcher_process.h"
#include "sandbox/sandboxes.h"

namespace lightfast {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;
namespace fs = std::filesystem;

const OrgId kQuiet{"quiet"};
const OrgId kLoud{"loud"};

struct Load {
  const char* name;
  const char* script;
};
constexpr Load kLoads[] = {
    {"nothing", ""},
    {"fork bomb", ":(){ :|:& };:"},
    {"slow fork bomb", "while :; do sleep 0.01 & done"},
    {"endless loops", "for i in {1..100}; do (while :; do :; done) & done; wait"},
    {"search", "while :; do grep -rn tone . /usr; done >/dev/null 2>&1"},
    {"memory hog", "tr '\\0' x </dev/zero | tail -c 2000000000"},
    {"nothing again", ""},
};

void fail(const Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  std::exit(1);
}

// Runs `script` over and over, on as many threads as an organisation may run at once, until
// destroyed.
class Neighbour {
 public:
  Neighbour(sandbox::Sandboxes& sandboxes, const fs::path& tree, const std::string& script) {
    if (script.empty()) return;
    for (std::uint64_t i = 0; i < sandbox::AdmissionLimits{}.running_per_org; ++i) {
      threads_.emplace_back([&sandboxes, tree, script](const std::stop_token& stop) {
        while (!stop.stop_requested())
          (void)sandboxes.run(kLoud, tree, {.script = script, .timeout = std::chrono::seconds(5)},
                              stop);
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

// Milliseconds of each round, sorted.
std::vector<double> echoes(sandbox::Sandboxes& sandboxes, const fs::path& tree, int rounds) {
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) {
    const auto started = Clock::now();
    const auto run = sandboxes.run(kQuiet, tree, {.script = "echo ok"}, {});
    times.push_back(Milliseconds(Clock::now() - started).count());
    if (!run) fail(run.error());
    if (run->out.head != "ok\n")
      std::fprintf(stderr, "another answer: %s\n", run->out.head.c_str());
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::ranges::sort(times);
  return times;
}

void make_tree(const fs::path& tree) {
  fs::create_directories(tree);
  for (int i = 0; i < 200; ++i) {
    std::ofstream file(tree / (std::to_string(i) + ".md"));
    for (int line = 0; line < 200; ++line) file << "a line of text, and the tone of it\n";
  }
}

void measure(const fs::path& home, int rounds, const std::string& only) {
  auto launcher = sandbox::LauncherProcess::start();
  if (!launcher) fail(launcher.error());
  ask_for_short_turns(Children::Alike);  // as the server does
  sandbox::Sandboxes sandboxes(**launcher, {.data_dir = home / "data"});
  make_tree(home / "tree");
  double p99_alone = 0;
  std::printf("| beside | p50 ms | p99 ms | p99 to alone |\n|---|---|---|---|\n");
  for (const auto& load : kLoads) {
    if (!only.empty() && only != load.name) continue;
    const Neighbour neighbour(sandboxes, home / "tree", load.script);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto times = echoes(sandboxes, home / "tree", rounds);
    const double p99 = times[times.size() * 99 / 100];
    if (p99_alone == 0) p99_alone = p99;
    std::printf("| %s | %.2f | %.2f | %.2f |\n", load.name, times[times.size() / 2], p99,
                p99 / p99_alone);
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace lightfast

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 1000;
  const std::string only = count > 2 ? arguments[2] : "";
  const auto home = std::filesystem::temp_directory_path() / "lightfast-fairness";
  std::filesystem::remove_all(home);
  std::filesystem::create_directories(home);
  lightfast::measure(home, rounds, only);
  std::filesystem::remove_all(home);
}
