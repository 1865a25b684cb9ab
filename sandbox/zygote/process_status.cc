#include "sandbox/zygote/process_status.h"

#include <algorithm>
#include <charconv>

namespace lightfast::sandbox {
namespace {

// The number in the line that begins with `name`, 0 when there is none (a zombie has no memory).
std::uint64_t number_of(std::string_view status, std::string_view name) {
  const std::size_t line = status.find(name);
  if (line == std::string_view::npos) return 0;
  const std::size_t digits = status.find_first_of("0123456789", line + name.size());
  std::uint64_t value = 0;
  if (digits != std::string_view::npos) {
    std::from_chars(status.data() + digits, status.data() + status.size(), value);
  }
  return value;
}

}  // namespace

// A zombie counts as a process all the same: it holds a place.
Process process_of(std::string_view status) {
  constexpr std::uint64_t kKib = 1024;
  return {.parent = static_cast<pid_t>(number_of(status, "\nPPid:")),
          .usage = {.memory_bytes =
                        (number_of(status, "\nRssAnon:") + number_of(status, "\nRssShmem:")) * kKib,
                    .processes = std::max<std::uint64_t>(number_of(status, "\nThreads:"), 1),
                    .cpu_ticks = 0}};
}

// Fields 14 to 17: utime, stime, cutime, cstime. The second is the name, which may hold anything.
std::uint64_t cpu_ticks_of(std::string_view stat) {
  constexpr int kBetween = 11;  // fields between the name and the times
  constexpr int kTimes = 4;
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return 0;
  std::string_view rest = stat.substr(name_end + 1);
  std::uint64_t sum = 0;
  for (int field = 0; field < kBetween + kTimes; ++field) {
    const std::size_t begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return sum;
    rest.remove_prefix(begin);
    const std::size_t size = std::min(rest.find(' '), rest.size());
    std::uint64_t value = 0;
    if (field >= kBetween) std::from_chars(rest.begin(), rest.begin() + size, value);
    sum += value;
    rest.remove_prefix(size);
  }
  return sum;
}

}  // namespace lightfast::sandbox
