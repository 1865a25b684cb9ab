#include "app/git_jobs.h"

namespace lightfast {
namespace {

std::vector<std::string> strings(const std::vector<std::filesystem::path>& paths) {
  return {paths.begin(), paths.end()};
}

}  // namespace

Result<std::string> ConfinedGitJobs::run(const repo::GitJob& job, std::stop_token stop) {
  return sandboxes_.run_job(
      {.spec = {.org_index = sandbox::Sandboxes::index_of(job.org),
                .program = job.program,
                .read_paths = strings(job.read_paths),
                .write_paths = strings(job.write_paths),
                .connect_port = job.connect_port,
                .wall_clock_ms = static_cast<std::uint64_t>(job.wall_clock.count())},
       .input = job.request},
      stop);
}

}  // namespace lightfast
