// What a sandbox may know of its mounts. A pure function.
#pragma once

#include <string>
#include <string_view>

namespace lightfast::sandbox {

// The mount mounted last at `root` and those in it, as lines of fstab(5) with paths as they are
// seen from it, `none` for each source, and the private /tmp that each sandbox adds. `mountinfo` is
// /proc/PID/mountinfo (proc(5)); lines of another form are passed over.
std::string mount_table(std::string_view mountinfo, std::string_view root);

}  // namespace lightfast::sandbox
