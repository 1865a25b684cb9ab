// What the launcher hands a zygote that it starts: bash, with the zygote as a loadable builtin.
#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sandbox/plan.h"
#include "sandbox/protocol.h"
#include "sandbox/seccomp_filter.h"

namespace lightfast::sandbox {

// The descriptors a zygote is started with, besides the standard ones.
inline constexpr int kZygoteServerFd = 3;  // the workspace's socket
inline constexpr int kZygoteStartFd = 4;   // a file that holds a ZygoteStart

// Bash as a zygote is started: `bash -c`, whose text is replaced in each sandbox by its script.
inline constexpr std::array<const char*, 5> kBashArguments = {"bash", "--noprofile", "--norc", "-c",
                                                              ":"};
inline constexpr int kBashArgumentCount = static_cast<int>(kBashArguments.size());

struct ZygoteStart {
  int tier = 0;
  WorkspaceSpec workspace;
  Identity launcher;
  std::map<FilterFor, BpfProgram> filters;  // those its sandboxes need
};
std::string encode(const ZygoteStart& start);
Result<ZygoteStart> decode_zygote_start(std::string_view bytes);

}  // namespace lightfast::sandbox
