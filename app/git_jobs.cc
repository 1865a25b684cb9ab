#include "app/git_jobs.h"

namespace lightfast {
namespace {

// Enough that hosts which do not answer, each for its 15 s, leave places for others; each takes
// some 10 MiB, and a large repository for a moment more.
constexpr std::size_t kMostAtOnce = 32;

std::vector<std::string> strings(const std::vector<std::filesystem::path>& paths) {
  return {paths.begin(), paths.end()};
}

}  // namespace

Result<std::string> ConfinedGitJobs::run(const repo::GitJob& job, std::stop_token stop) {
  {
    std::unique_lock lock(mutex_);
    if (!changed_.wait(lock, stop, [this] { return running_ < kMostAtOnce; }))
      return Error{ErrorKind::Unavailable, "the server is shutting down"};
    ++running_;
  }
  auto answer = run_now(job, stop);
  const std::lock_guard lock(mutex_);
  --running_;
  changed_.notify_one();
  return answer;
}

Result<std::string> ConfinedGitJobs::run_now(const repo::GitJob& job, const std::stop_token& stop) {
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
