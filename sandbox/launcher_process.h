// The server's hold on the launcher: starts it, sends it requests, and notices its death. Start it
// before the first thread and before the server gives up its capabilities. All methods but start()
// may be called from any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/handles.h"
#include "base/result.h"
#include "sandbox/protocol.h"

namespace lightfast::sandbox {

class LauncherProcess {
 public:
  // Starts `lightfast-launcher`, found beside the running program or in ../libexec/lightfast.
  // Unavailable when it is not there.
  static Result<std::unique_ptr<LauncherProcess>> start();

  // Ends the launcher and with it all zygotes, commands and jobs; waits for it.
  ~LauncherProcess();
  LauncherProcess(const LauncherProcess&) = delete;
  LauncherProcess& operator=(const LauncherProcess&) = delete;

  // Sends a request with a fresh reply socket and `more_fds` behind it; returns our end of the
  // reply socket.
  Result<UniqueFd> send(const std::string& request, const std::vector<int>& more_fds = {});

  // Becomes readable (end of file) when the launcher dies.
  [[nodiscard]] int death_fd() const { return socket_.get(); }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  LauncherProcess(UniqueFd socket, pid_t pid) : socket_(std::move(socket)), pid_(pid) {}
  UniqueFd socket_;
  pid_t pid_;
};

}  // namespace lightfast::sandbox
