// Carries out the steps of a plan on the calling process. Single-threaded processes only.
#pragma once

#include <map>
#include <string>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/plan.h"

namespace lightfast::sandbox {

// What steps leave for later ones.
struct Applied {
  std::map<std::string, UniqueFd> held_mounts;
  std::uint32_t parent_uid = 0, parent_gid = 0;  // who cloned this process, for MapOwnUser
  std::map<FilterFor, BpfProgram> filters =
      {};  // compiled ahead, because compiling takes milliseconds
};

// Stops at the first step that fails; the error says which.
Result<void> apply_steps(const std::vector<Step>& steps, Applied& applied);

// Clears every capability set of the calling thread, ambient and bounding set included, and sets
// no_new_privs.
Result<void> drop_all_capabilities();

// Keeps exactly `keep` (numbers of linux/capability.h) of what the calling thread has, in the
// permitted, effective and bounding sets.
Result<void> keep_only_capabilities(std::uint64_t keep_mask);

// Changes to user and group `id` with no other groups and no capability but `capability`, which
// survives exec.
Result<void> become_user_with(std::uint32_t id, int capability);

// The calling thread's effective capabilities as a mask.
Result<std::uint64_t> effective_capabilities();

}  // namespace lightfast::sandbox
