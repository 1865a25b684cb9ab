#include "sandbox/launcher/control_group.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <sstream>
#include <vector>

#include "base/files.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOwnChild = "server";
constexpr const char* kChildren = "org-";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The path within the hierarchy: `0::/system.slice/lightfast.service`.
std::optional<std::string> unified_path(std::string_view cgroup) {
  constexpr std::string_view kUnified = "0::";
  for (const auto& line : lines_of(cgroup)) {
    if (line.starts_with(kUnified)) return line.substr(kUnified.size());
  }
  return std::nullopt;
}

struct Mounted {
  std::string root, point;  // which part of the hierarchy is mounted where
};

std::optional<Mounted> unified_mount(std::string_view mountinfo) {
  for (const auto& line : lines_of(mountinfo)) {
    Mounted mounted;
    std::istringstream words(line);
    std::string skipped, word;
    words >> skipped >> skipped >> skipped >> mounted.root >> mounted.point;
    while (words >> word && word != "-") {
    }
    if (words >> word && word == "cgroup2") return mounted;
  }
  return std::nullopt;
}

// One write: the kernel takes a value whole or not at all.
Result<void> set(const fs::path& file, const std::string& value) {
  const auto doing = "writing '" + value + "' to '" + file.string() + "'";
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno_error(doing, errno);
  if (::write(fd.get(), value.data(), value.size()) < 0) return errno_error(doing, errno);
  return {};
}

// systemd.resource-control(5), Delegate=: the mark for those who look for it.
bool is_delegated(const fs::path& group) {
  for (const char* mark : {"user.delegate", "trusted.delegate"}) {
    char value = 0;
    if (::getxattr(group.c_str(), mark, &value, 1) == 1 && value == '1') return true;
  }
  return false;
}

bool holds_only(const fs::path& group, const std::array<pid_t, 2>& processes) {
  const auto members = read_file(group / "cgroup.procs");
  return members && std::ranges::all_of(lines_of(*members), [&](const std::string& member) {
           return std::ranges::any_of(processes,
                                      [&](pid_t own) { return member == std::to_string(own); });
         });
}

// Hands down what there is of what is wanted; the names of what was handed down.
std::string hand_down(const fs::path& group) {
  std::string handed;
  for (const std::string controller : {"memory", "pids", "cpu"}) {
    if (!set(group / "cgroup.subtree_control", "+" + controller)) continue;
    handed += (handed.empty() ? "" : ", ") + controller;
  }
  return handed;
}

}  // namespace

std::string control_group_directory(std::string_view cgroup, std::string_view mountinfo) {
  const auto path = unified_path(cgroup);
  const auto mounted = unified_mount(mountinfo);
  if (!path || !mounted) return {};
  const auto below = fs::path(*path).lexically_normal().lexically_relative(mounted->root);
  if (below.empty() || below.native().starts_with("..")) return {};
  return (fs::path(mounted->point) / below).lexically_normal().string();
}

GroupLimits group_limits(const WorkspaceSpec& spec) {
  constexpr std::uint64_t kMachineryBytes = 64ULL << 20U;
  constexpr std::uint64_t kMachineryProcesses = 64;
  const auto& one = spec.limits;
  return {.memory_bytes = spec.running * (one.memory_bytes + one.tmp_bytes) + kMachineryBytes,
          .processes = spec.running * one.processes + kMachineryProcesses};
}

ControlGroups ControlGroups::take_over(pid_t server) {
  ControlGroups groups;
  if (const auto begun = groups.begin(server); !begun) groups.why_not_ = begun.error().message;
  return groups;
}

Result<void> ControlGroups::begin(pid_t server) {
  const auto missing = [](const std::string& what) { return Error{ErrorKind::Unavailable, what}; };
  const auto cgroup = TRY(read_file("/proc/self/cgroup"));
  const auto mountinfo = TRY(read_file("/proc/self/mountinfo"));
  const fs::path group = control_group_directory(cgroup, mountinfo);
  if (group.empty()) return missing("no cgroup v2 is mounted");
  if (!is_delegated(group)) return missing("the control group is not delegated (Delegate=yes)");
  if (!holds_only(group, {server, ::getpid()}))
    return missing("the control group holds other processes, too");
  const auto own = group / kOwnChild;
  std::error_code failed;
  fs::create_directory(own, failed);
  TRY(set(own / "cgroup.procs", std::to_string(server)));
  TRY(set(own / "cgroup.procs", std::to_string(::getpid())));
  const auto controllers = hand_down(group);
  if (controllers.empty()) return missing("the control group has no controllers");
  base_ = group;
  controllers_ = controllers;
  return {};
}

Result<UniqueFd> ControlGroups::make(const GroupLimits& limits) {
  if (controllers_.empty()) return UniqueFd();
  const auto group =
      base_ / (kChildren + std::to_string(::getpid()) + "-" + std::to_string(++made_));
  if (::mkdir(group.c_str(), 0755) != 0)
    return errno_error("making '" + group.string() + "'", errno);
  if (controllers_.contains("memory")) {
    TRY(set(group / "memory.max", std::to_string(limits.memory_bytes)));
    (void)set(group / "memory.swap.max", "0");  // not there without swap accounting
  }
  if (controllers_.contains("pids")) TRY(set(group / "pids.max", std::to_string(limits.processes)));
  UniqueFd directory(::open(group.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return errno_error("opening '" + group.string() + "'", errno);
  return directory;
}

void ControlGroups::remove_empty() {
  if (controllers_.empty()) return;
  std::vector<fs::path> children;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(base_, failed)) {
    if (entry.path().filename().native().starts_with(kChildren)) children.push_back(entry.path());
  }
  for (const auto& child : children) ::rmdir(child.c_str());  // refused where a process is left
}

}  // namespace lightfast::sandbox
