#include "mcp_bench_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "base/files.h"

namespace lightfast::bench {
namespace {

namespace fs = std::filesystem;

struct Pipe {
  UniqueFd reading, writing;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) give_up("no pipe");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// The parent of each process.
std::multimap<pid_t, pid_t> processes_by_parent() {
  std::multimap<pid_t, pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc()) continue;
    std::ifstream file(entry.path() / "stat");
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');  // of the name, which may hold anything
    if (end == std::string::npos) continue;
    std::istringstream rest(text.substr(end + 1));
    char state = 0;
    pid_t parent = 0;
    rest >> state >> parent;
    children.emplace(parent, pid);
  }
  return children;
}

// Of the threads that there are: time in ns, waiting, slices (Documentation/scheduler/sched-stats).
double process_seconds(pid_t pid) {
  double nanoseconds = 0;
  std::error_code gone;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    double one = 0;
    std::ifstream(task.path() / "schedstat") >> one;
    nanoseconds += one;
  }
  return nanoseconds / 1e9;
}

double seconds_below(pid_t root, const std::multimap<pid_t, pid_t>& children) {
  double seconds = process_seconds(root);
  const auto [begin, end] = children.equal_range(root);
  for (auto child = begin; child != end; ++child) seconds += seconds_below(child->second, children);
  return seconds;
}

[[noreturn]] void execute(const std::vector<std::string>& command, const fs::path& log) {
  const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file >= 0) ::dup2(file, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const auto& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::execvp(arguments[0], arguments.data());
  std::_Exit(127);
}

}  // namespace

void give_up(std::string_view why) {
  std::fprintf(stderr, "lightfast-mcp-bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

Child::Child(const std::vector<std::string>& command, const fs::path& log) {
  start([&] { execute(command, log); });
}

Child::Child(const std::function<void()>& body) { start(body); }

Child::~Child() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Child::start(const std::function<void()>& body) {
  auto to = make_pipe();
  auto from = make_pipe();
  pid_ = ::fork();
  if (pid_ < 0) give_up("no process");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(to.reading.get(), STDIN_FILENO);
    ::dup2(from.writing.get(), STDOUT_FILENO);
    to = {};
    from = {};
    body();
    std::_Exit(0);
  }
  in_ = std::move(to.writing);
  out_ = std::move(from.reading);
}

void Child::write(std::string_view bytes) const {
  if (!write_all(in_.get(), bytes)) give_up("a child takes no more input");
}

std::string Child::read_line() {
  std::array<char, 64UL << 10U> buffer;
  for (;;) {
    if (const auto end = unread_.find('\n'); end != std::string::npos) {
      auto line = unread_.substr(0, end + 1);
      unread_.erase(0, end + 1);
      return line;
    }
    const auto count = ::read(out_.get(), buffer.data(), buffer.size());
    if (count <= 0) give_up("a child ended without an answer; see its log");
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

int Child::finish() {
  in_.reset();
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

void run(const std::vector<std::string>& command, const fs::path& log) {
  if (Child(command, log).finish() != 0) give_up(command[0] + " failed; see " + log.string());
}

double tree_seconds(pid_t root) { return seconds_below(root, processes_by_parent()); }

double own_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

// Of the first line: user, nice, system, idle, iowait, irq, softirq, steal (proc(5)). What the host
// took is not ours.
double machine_seconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<double, 8> ticks{};
  file >> name;
  for (auto& one : ticks) file >> one;
  const double busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
  return busy / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Memory memory_of(pid_t process) {
  Memory memory;
  std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
  std::string word;
  while (file >> word) {
    if (word == "Rss:") file >> memory.resident;
    if (word == "Pss:") file >> memory.proportional;
  }
  return memory;
}

}  // namespace lightfast::bench
