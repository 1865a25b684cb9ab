// Finds on the host what a toolbox is made of. Reads files only; runs nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace lightfast::sandbox {

// Which file of the host goes where below the toolbox.
struct ToolboxSources {
  std::map<std::string, std::string>
      copies;  // path inside (usr/bin/grep) -> file on the host, links resolved
  std::map<std::string, std::string> scripts;  // the same, for programs that are shell scripts
  std::map<std::string, std::string> sonames;  // of libraries -> absolute path inside
  std::map<std::string, std::string> locale;   // category (LC_CTYPE) of C.UTF-8 -> file on the host
  std::vector<std::string> host_files;         // what programs load, start or read at its own path
  std::vector<std::string> programs, missing;  // names, sorted
};

// The zygote's builtin for bash: as it is installed, and where it lies below the toolbox.
inline constexpr const char* kZygoteFile = "lightfast-zygote.so";
inline constexpr const char* kZygotePath = "usr/lib/lightfast/zygote.so";

// Unavailable when bash or one of the libraries is missing.
Result<ToolboxSources> find_toolbox_sources(const std::vector<std::string>& programs);

// One line that changes when the file's content may have: path, device, inode, size, modification
// and change time. Empty when the file is gone.
std::string file_identity(const std::string& path);

}  // namespace lightfast::sandbox
