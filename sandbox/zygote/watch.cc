#include "sandbox/zygote/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/handles.h"
#include "sandbox/zygote/process_status.h"

namespace lightfast::sandbox {
namespace {

using Processes = std::unordered_map<pid_t, Process>;

// One file of what proc(5) says of a process; nothing when that is gone.
std::optional<std::string> read_of(const std::string& pid, const char* file_name) {
  const UniqueFd file(::open(("/proc/" + pid + "/" + file_name).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 16384> buffer;  // the user's groups come before what is looked for
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  if (count <= 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(count));
}

// Of a process whose first thread has ended, which says nothing any more.
std::uint64_t memory_of_threads(const std::string& pid) {
  const CHandle<DIR, ::closedir> tasks(::opendir(("/proc/" + pid + "/task").c_str()));
  while (const dirent* entry = tasks ? ::readdir(tasks.get()) : nullptr) {
    if (entry->d_name[0] == '.') continue;
    const auto status = read_of(pid + "/task/" + entry->d_name, "status");
    const auto memory = status ? process_of(*status).usage.memory_bytes : 0;
    if (memory > 0) return memory;
  }
  return 0;
}

std::optional<Process> look_at(const std::string& pid, Look look) {
  const auto status = read_of(pid, "status");
  if (!status) return std::nullopt;
  Process process = process_of(*status);
  if (process.usage.memory_bytes == 0 && process.usage.processes > 1)
    process.usage.memory_bytes = memory_of_threads(pid);
  if (look == Look::WithTimes)
    process.usage.cpu_ticks = cpu_ticks_of(read_of(pid, "stat").value_or(""));
  return process;
}

Processes all_processes(Look look) {
  Processes found;
  const CHandle<DIR, ::closedir> directory(::opendir("/proc"));
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failed != std::errc() || end != name.data() + name.size()) continue;
    if (const auto process = look_at(std::string(name), look)) found.emplace(pid, *process);
  }
  return found;
}

// The root that `pid` descends from, 0 when none; chains are short, and a cycle cannot be.
pid_t root_of(pid_t pid, const Processes& processes, const std::map<pid_t, TreeUsage>& roots) {
  while (pid > 0 && !roots.contains(pid)) {
    const auto found = processes.find(pid);
    pid = found == processes.end() ? 0 : found->second.parent;
  }
  return pid;
}

}  // namespace

std::map<pid_t, TreeUsage> usage_of(const std::vector<pid_t>& roots, Look look) {
  std::map<pid_t, TreeUsage> trees;
  for (const pid_t root : roots) trees[root] = {};
  const auto processes = all_processes(look);
  for (const auto& [pid, process] : processes) {
    const pid_t root = root_of(pid, processes, trees);
    if (root == 0) continue;
    auto& tree = trees[root];
    tree.memory_bytes += process.usage.memory_bytes;
    tree.processes += process.usage.processes;
    tree.cpu_ticks += process.usage.cpu_ticks;
    tree.members.push_back(pid);
  }
  return trees;
}

}  // namespace lightfast::sandbox
