// Included before all else where std::timed_mutex is used under ThreadSanitizer: that of GCC 12 has
// no interceptor for pthread_mutex_clocklock, takes what it locks for unlocked, and reports its
// unlocking. Without this macro libstdc++ waits by pthread_mutex_timedlock, as it does there from
// GCC 13 on.
#pragma once

#include <cstddef>

#undef _GLIBCXX_USE_PTHREAD_MUTEX_CLOCKLOCK
