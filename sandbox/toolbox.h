// The toolbox: a directory that holds the allowed programs, exactly the libraries they load, and
// nothing else. It is the allowlist: what is not in it does not exist in a sandbox. Made once per
// machine and data dir, shared by all organisations and processes, and made anew when one of its
// sources changes (an upgraded system).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast::sandbox {

// The programs that a sandbox has unless configured otherwise.
const std::vector<std::string>& default_programs();

struct Toolbox {
  std::filesystem::path directory;    // with usr/ and etc/, mounted at the sandbox's root
  std::vector<std::string> programs;  // what is there, sorted
  std::vector<std::string> missing;   // what was asked for and is not on this machine, sorted
  std::vector<std::string>
      host_files;   // what the programs load, start or read at its path on the host
  UniqueFd in_use;  // keeps the directory from being removed by another process
};

// Makes or finds the toolbox of `programs` below `data_dir`/toolbox. Takes about 100 ms when it is
// made, under 1 ms when it is there. Safe to call from several processes at once. Unavailable when
// bash is missing.
Result<Toolbox> make_toolbox(const std::filesystem::path& data_dir,
                             const std::vector<std::string>& programs);

}  // namespace lightfast::sandbox
