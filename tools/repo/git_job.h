// How the repository reaches the helper program that does all git work on foreign data. An
// interface, because the helper runs confined, started by the sandbox launcher, and this room knows
// nothing of that.
#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace lightfast::repo {

// One run of the helper: what it is asked, and exactly what it may touch.
struct GitJob {
  OrgId org;
  std::string program = "lightfast-git";  // of those that are installed with this one
  std::string
      request;  // one JSON document, its standard input (secrets travel here, never in argv)
  std::vector<std::filesystem::path> read_paths;  // besides what TLS and name look-up need
  std::vector<std::filesystem::path>
      write_paths;  // directories that it may write below; they exist
  std::uint16_t connect_port =
      0;  // the one TCP port it may connect to besides DNS; 0: no network at all
  std::chrono::milliseconds wall_clock{60'000};
};

class GitJobs {
 public:
  virtual ~GitJobs() = default;
  // Runs the helper to its end and returns what it wrote to standard output (at most 1 MiB).
  // Timeout and LimitExceeded name the limit that ended it. Returns soon after `stop` is requested,
  // the helper being killed. Any thread.
  virtual Result<std::string> run(const GitJob& job, std::stop_token stop) = 0;
};

}  // namespace lightfast::repo
