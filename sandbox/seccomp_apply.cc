#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "sandbox/seccomp_filter.h"

// Apart from the compiler of filters, so that a zygote needs no libseccomp.
namespace lightfast::sandbox {

Result<void> apply_filter(const BpfProgram& program) {
  const sock_fprog loaded = {.len = static_cast<unsigned short>(program.size()),
                             .filter = const_cast<sock_filter*>(program.data())};
  if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &loaded) != 0) {
    return errno_error("applying a seccomp program", errno);
  }
  return {};
}

}  // namespace lightfast::sandbox
