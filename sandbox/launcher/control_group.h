// Control groups (cgroup v2), where one is delegated to this server: the kernel's own limits on
// what an organisation uses, above those that the zygote watches for each command. Used by the
// launcher alone; single-threaded.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/protocol.h"

namespace lightfast::sandbox {

// The directory of a process's control group in the cgroup2 file system, from its /proc/PID/cgroup
// and /proc/PID/mountinfo (cgroups(7), proc(5)); empty where there is none. A pure function.
std::string control_group_directory(std::string_view cgroup, std::string_view mountinfo);

// What an organisation may use in all: so many commands at once, each with its limits, and what the
// zygote and waiting sandboxes need.
struct GroupLimits {
  std::uint64_t memory_bytes = 0;
  std::uint64_t processes = 0;
  bool operator==(const GroupLimits&) const = default;
};
GroupLimits group_limits(const WorkspaceSpec& spec);

class ControlGroups {
 public:
  // Takes the launcher's control group over: moves the launcher and `server` into a child, so that
  // the group's controllers can be handed to other children. Only a group that systemd has marked
  // as delegated (attribute `user.delegate` or `trusted.delegate`) and that holds no other process;
  // why_not() says what is missing.
  static ControlGroups take_over(pid_t server);

  // Makes a child with `limits`. The descriptor is for CLONE_INTO_CGROUP; none without groups.
  Result<UniqueFd> make(const GroupLimits& limits);

  // Removes children that are empty. After a zygote has ended.
  void remove_empty();

  // Which controllers limit an organisation, empty for none.
  [[nodiscard]] const std::string& controllers() const { return controllers_; }
  [[nodiscard]] const std::string& why_not() const { return why_not_; }

 private:
  Result<void> begin(pid_t server);
  std::filesystem::path base_;
  std::string controllers_, why_not_;
  std::uint64_t made_ = 0;
};

}  // namespace lightfast::sandbox
