#include "sandbox/launcher/job.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "base/files.h"
#include "base/sockets.h"
#include "sandbox/apply.h"
#include "sandbox/landlock.h"

namespace lightfast::sandbox {
namespace {

struct JobLimit {
  __rlimit_resource resource;
  rlim_t soft, hard;
};

constexpr rlim_t kGiB = 1ULL << 30;
constexpr std::array<JobLimit, 5> kJobLimits = {{
    {RLIMIT_CPU, 20, 25},  // seconds; SIGXCPU at the soft one tells this limit from others
    {RLIMIT_AS, kGiB, kGiB},
    {RLIMIT_FSIZE, kGiB, kGiB},
    {RLIMIT_NOFILE, 512, 512},
    {RLIMIT_CORE, 0, 0},
}};

// What TLS, name look-up and the loader read; nothing here is secret.
constexpr std::array kSystemFiles = {
    "/etc/ld.so.cache",
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/localtime",
    "/etc/ssl/certs",
    "/etc/pki",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
    "/usr/share/zoneinfo",
    "/run/systemd/resolve",
    "/dev/urandom",
    "/dev/null",
};
constexpr std::array kLibraries = {"/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/local/lib"};
constexpr std::array kLoaders = {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"};

LandlockPolicy policy_of(const JobSpec& spec, const std::string& program) {
  LandlockPolicy policy;
  policy.rules.push_back({.path = program, .grant = Grant::ReadExecute});
  for (const char* path : kLoaders) policy.rules.push_back({path, Grant::ReadExecute, true});
  for (const char* path : kLibraries) policy.rules.push_back({path, Grant::Read, true});
  for (const char* path : kSystemFiles) policy.rules.push_back({path, Grant::Read, true});
  for (const auto& path : spec.read_paths) policy.rules.push_back({path, Grant::Read});
  for (const auto& path : spec.write_paths) policy.rules.push_back({path, Grant::ReadWrite});
  if (spec.connect_port != 0) {
    constexpr std::uint16_t kDns = 53;
    policy.connect_ports = {kDns, static_cast<std::uint16_t>(spec.connect_port)};
  }
  return policy;
}

Result<void> limit_resources() {
  for (const auto& limit : kJobLimits) {
    const rlimit wanted = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
    if (::setrlimit(limit.resource, &wanted) != 0) return errno_error("setting a limit", errno);
  }
  return {};
}

// The helper owns what it writes. Directories only, and never through a link.
Result<void> give_away(const std::string& path, uid_t owner) {
  const UniqueFd directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status = {};
  if (!directory || ::fstat(directory.get(), &status) != 0)
    return errno_error("opening '" + path + "'", errno);
  if (status.st_uid == owner) return {};
  if (::fchown(directory.get(), owner, owner) != 0)
    return errno_error("giving '" + path + "' to the helper", errno);
  return {};
}

// In tier 1 the helper has its org's uid. It keeps the right to search and read directories of
// other users, which Landlock bounds to the job's paths, because the data dir and local
// repositories are often private to root.
Result<void> change_user(const JobSpec& spec, const Identity& launcher) {
  if (!launcher.privileged) return drop_all_capabilities();
  const auto uid = static_cast<std::uint32_t>(kFirstOrgUid + spec.org_index);
  for (const auto& path : spec.write_paths) TRY(give_away(path, uid));
  return become_user_with(uid, CAP_DAC_READ_SEARCH);
}

Result<void> confine(const JobSpec& spec, const Identity& launcher, const std::string& program) {
  TRY(change_user(spec, launcher));
  ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  TRY(limit_resources());
  TRY(apply_landlock(policy_of(spec, program)));
  const bool internet = spec.connect_port != 0;
  const auto filter =
      TRY(compile_filter(internet ? FilterFor::GitHelper : FilterFor::GitHelperOffline));
  return apply_filter(filter);
}

[[noreturn]] void become_job(const JobSpec& spec, const Identity& launcher, JobChannels& channels) {
  const auto started = [&]() -> Result<void> {
    const auto program = (TRY(program_directory()) / spec.program).string();
    const UniqueFd executable(::open(program.c_str(), O_PATH | O_CLOEXEC));
    if (!executable) return errno_error("opening '" + program + "'", errno);
    if (::dup2(channels.standard_input.get(), STDIN_FILENO) < 0)
      return errno_error("joining the helper", errno);
    if (::dup2(channels.standard_output.get(), STDOUT_FILENO) < 0)
      return errno_error("joining the helper", errno);
    const UniqueFd nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));  // not the server's terminal
    if (::dup2(nothing.get(), STDERR_FILENO) < 0) return errno_error("joining the helper", errno);
    ::umask(022);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    TRY(confine(spec, launcher, program));
    ::syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
    const std::array<const char*, 2> arguments = {spec.program.c_str(), nullptr};
    const std::array<const char*, 4> environment = {"PATH=/usr/bin:/bin", "HOME=/nonexistent",
                                                    "LC_ALL=C.UTF-8", nullptr};
    ::syscall(SYS_execveat, executable.get(), "", arguments.data(), environment.data(),
              AT_EMPTY_PATH);
    return errno_error("starting '" + spec.program + "'", errno);
  }();
  const JobReply reply{.end = JobEnd::SetupFailed, .status = 0, .problem = started.error().message};
  (void)send_packet(channels.reply.get(), encode(reply));
  ::_exit(125);
}

}  // namespace

Result<pid_t> spawn_job(const JobSpec& spec, const Identity& launcher, JobChannels& channels) {
  if (spec.program.empty() || spec.program.find('/') != std::string::npos) {
    return Error{ErrorKind::InvalidArgument, "starting a helper: not a plain program name"};
  }
  const pid_t child = ::fork();
  if (child < 0) return errno_error("starting a helper", errno);
  if (child == 0) become_job(spec, launcher, channels);
  return child;
}

}  // namespace lightfast::sandbox
