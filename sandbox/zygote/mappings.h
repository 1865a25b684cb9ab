// Spares the copies of a zygote page faults, which cost more than most of what a short script does.
// All of it is best effort: where the kernel has no such call, pages are copied when they are used.
#pragma once

#include <sys/uio.h>

#include <vector>

namespace lightfast::sandbox {

// What a shell will write to before and while it runs its first command: the data of bash and its
// libraries, the top of the heap and of the stack. By /proc/self/maps.
std::vector<iovec> written_mappings();

// Gives the calling process pages of its own in `ranges`, before it needs them.
void own_pages(const std::vector<iovec>& ranges);

}  // namespace lightfast::sandbox
