// What the server gives up before its first thread: every capability, and every path it was not
// configured to use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

struct ServerPaths {
  std::vector<std::filesystem::path> read = {};   // readable below, if they are there
  std::vector<std::filesystem::path> write = {};  // writable below; they must be there
  // Where TCP connections may go, at any address. With one, it may also look up names and read the
  // system's certificates.
  std::vector<std::uint16_t> connect_ports = {};
};

// Confines the calling, still single-threaded process for good: no capabilities, no new privileges,
// files by Landlock, no TCP but to `connect_ports` (from ABI 4 on). Besides `paths` it may read the
// system's programs and libraries, which the toolbox is made of. Unavailable when the kernel has no
// Landlock; the capabilities are dropped all the same.
Result<void> confine_server(const ServerPaths& paths);

}  // namespace lightfast::sandbox
