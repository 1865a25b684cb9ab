#include "sandbox/launcher_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/files.h"
#include "base/sockets.h"

namespace lightfast::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "lightfast-launcher";
constexpr int kSocketInLauncher = 3;

// The launcher gets an empty environment, no terminal, a session of its own (so that signals of the
// terminal reach the server alone, which ends it), and one descriptor.
Result<pid_t> spawn(const fs::path& program, int socket) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, socket, kSocketInLauncher);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, kSocketInLauncher + 1);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  const std::array<const char*, 2> arguments = {kProgram, nullptr};
  const std::array<const char*, 1> environment = {nullptr};
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes,
                    const_cast<char**>(arguments.data()), const_cast<char**>(environment.data()));
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (failed != 0) return errno_error(std::string("starting '") + program.string() + "'", failed);
  return pid;
}

}  // namespace

Result<std::unique_ptr<LauncherProcess>> LauncherProcess::start() {
  const auto program = TRY(installed_file(kProgram));
  auto sockets = TRY(make_socket_pair());
  // dup2 onto its own number would leave close-on-exec set; a higher number never is.
  UniqueFd theirs(::fcntl(sockets.theirs.get(), F_DUPFD_CLOEXEC, 10));
  if (!theirs) return errno_error("starting the launcher", errno);
  const pid_t pid = TRY(spawn(program, theirs.get()));
  return std::unique_ptr<LauncherProcess>(new LauncherProcess(std::move(sockets.ours), pid));
}

LauncherProcess::~LauncherProcess() {
  socket_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<UniqueFd> LauncherProcess::send(const std::string& request,
                                       const std::vector<int>& more_fds) {
  auto reply = TRY(make_socket_pair());
  std::vector<int> fds = {reply.theirs.get()};
  fds.insert(fds.end(), more_fds.begin(), more_fds.end());
  TRY(send_packet(socket_.get(), request, fds).during("asking the launcher"));
  return std::move(reply.ours);
}

}  // namespace lightfast::sandbox
