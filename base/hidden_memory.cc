#include "base/hidden_memory.h"

#include <sys/prctl.h>

namespace lightfast {

// It cannot fail with this value.
void hide_memory() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace lightfast
