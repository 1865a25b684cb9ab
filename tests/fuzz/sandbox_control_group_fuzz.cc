// Where the launcher's control group lies: whatever the kernel's files say, an absolute path at or
// below where the hierarchy is mounted, or none.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>

#include "sandbox/launcher/control_group.h"
#include "tests/fuzz/values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using lightfast::sandbox::control_group_directory;
  lightfast::test::Values values(data, size);
  const auto cgroup = values.text(4096);
  const auto mountinfo = values.rest();
  (void)control_group_directory(cgroup, mountinfo);
  const auto known = control_group_directory(
      cgroup, "30 21 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n");
  assert(known.empty() || known.starts_with("/sys/fs/cgroup"));
  return 0;
}
