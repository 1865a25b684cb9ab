#include "base/scheduling.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

namespace lightfast {
namespace {

// `struct sched_attr` of sched_setattr(2), which libc does not have.
struct Attributes {
  std::uint32_t size = sizeof(Attributes);
  std::uint32_t policy = SCHED_OTHER;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;  // nanoseconds
};
static_assert(sizeof(Attributes) == 48);

constexpr std::uint64_t kShortest = 100'000;  // the least that the kernel takes, 0.1 ms
constexpr std::uint64_t kResetOnFork = 1;

}  // namespace

void ask_for_short_turns(Children children) {
  Attributes wanted;
  wanted.flags = children == Children::AsUsual ? kResetOnFork : 0;
  wanted.nice = ::getpriority(PRIO_PROCESS, 0);
  wanted.runtime = kShortest;
  ::syscall(SYS_sched_setattr, 0, &wanted, 0);
}

}  // namespace lightfast
