#include "sandbox/launcher/children.h"

#include <signal.h>
#include <sys/signalfd.h>

namespace lightfast::sandbox {

// A hang-up that all of a service's processes are sent is for the server to heed.
UniqueFd watch_children() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGHUP);
  ::sigprocmask(SIG_SETMASK, &child, nullptr);
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  return UniqueFd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

void clear_children_events(const UniqueFd& children) {
  signalfd_siginfo ignored;
  while (::read(children.get(), &ignored, sizeof ignored) > 0) {
  }
}

}  // namespace lightfast::sandbox
