#include "sandbox/launcher/watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
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

std::optional<std::string> small_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 1024> buffer;
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  if (count <= 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(count));
}

// The number in the space-separated field `index` of `line`, counted from 0.
std::uint64_t field(std::string_view line, std::size_t index) {
  for (; index > 0 && !line.empty(); --index)
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  std::uint64_t value = 0;
  std::from_chars(line.data(), line.data() + line.size(), value);
  return value;
}

// proc(5): in stat, what follows the name's closing parenthesis begins with the state; the parent
// is the next field, the number of threads the 18th. In statm, fields 1 and 2 are the resident and
// the shared pages.
std::optional<Process> look_at(const std::string& directory) {
  const auto stat = small_file(directory + "/stat");
  const auto statm = small_file(directory + "/statm");
  if (!stat || !statm) return std::nullopt;
  const std::size_t name_end = stat->rfind(')');
  if (name_end == std::string::npos || name_end + 2 >= stat->size()) return std::nullopt;
  const auto after_name = std::string_view(*stat).substr(name_end + 2);
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t resident = field(*statm, 1);
  const std::uint64_t shared = field(*statm, 2);
  return Process{.parent = static_cast<pid_t>(field(after_name, 1)),
                 .usage = {.memory_bytes = (resident > shared ? resident - shared : 0) * page,
                           .processes = std::max<std::uint64_t>(field(after_name, 17), 1)}};
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
    if (const auto process = look_at("/proc/" + std::string(name))) found.emplace(pid, *process);
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
