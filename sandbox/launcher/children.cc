#include "sandbox/launcher/children.h"

#include <signal.h>
#include <sys/signalfd.h>

namespace lightfast::sandbox {

UniqueFd watch_children() {
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_SETMASK, &child, nullptr);
  return UniqueFd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

void clear_children_events(const UniqueFd& children) {
  signalfd_siginfo ignored;
  while (::read(children.get(), &ignored, sizeof ignored) > 0) {
  }
}

}  // namespace lightfast::sandbox
