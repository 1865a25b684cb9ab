#include "sandbox/zygote/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/handles.h"

namespace lightfast::sandbox {
namespace {

struct Process {
  pid_t parent = 0;
  Usage usage;
};

using Processes = std::unordered_map<pid_t, Process>;

// What proc(5) says of a process; nothing when it is gone.
std::optional<std::string> status_of(const std::string& pid) {
  const UniqueFd file(::open(("/proc/" + pid + "/status").c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  if (count <= 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(count));
}

// The number in the line that begins with `name`, 0 when there is none (a zombie has no memory).
std::uint64_t number_of(std::string_view status, std::string_view name) {
  const std::size_t line = status.find(name);
  if (line == std::string_view::npos) return 0;
  const std::size_t digits = status.find_first_of("0123456789", line + name.size());
  std::uint64_t value = 0;
  if (digits != std::string_view::npos) {
    std::from_chars(status.data() + digits, status.data() + status.size(), value);
  }
  return value;
}

// A zombie counts as a process all the same: it holds a place.
Process process_of(std::string_view status) {
  constexpr std::uint64_t kKib = 1024;
  return {.parent = static_cast<pid_t>(number_of(status, "\nPPid:")),
          .usage = {.memory_bytes =
                        (number_of(status, "\nRssAnon:") + number_of(status, "\nRssShmem:")) * kKib,
                    .processes = std::max<std::uint64_t>(number_of(status, "\nThreads:"), 1)}};
}

Processes all_processes() {
  Processes found;
  const CHandle<DIR, ::closedir> directory(::opendir("/proc"));
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    pid_t pid = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failed != std::errc() || end != name.data() + name.size()) continue;
    if (const auto status = status_of(std::string(name))) found.emplace(pid, process_of(*status));
  }
  return found;
}

// The root that `pid` descends from, 0 when none; chains are short, and a cycle cannot be.
pid_t root_of(pid_t pid, const Processes& processes, const std::map<pid_t, Usage>& roots) {
  while (pid > 0 && !roots.contains(pid)) {
    const auto found = processes.find(pid);
    pid = found == processes.end() ? 0 : found->second.parent;
  }
  return pid;
}

}  // namespace

std::map<pid_t, Usage> usage_of(const std::vector<pid_t>& roots) {
  std::map<pid_t, Usage> usage;
  for (const pid_t root : roots) usage[root] = {};
  const auto processes = all_processes();
  for (const auto& [pid, process] : processes) {
    const pid_t root = root_of(pid, processes, usage);
    if (root == 0) continue;
    usage[root].memory_bytes += process.usage.memory_bytes;
    usage[root].processes += process.usage.processes;
  }
  return usage;
}

}  // namespace lightfast::sandbox
