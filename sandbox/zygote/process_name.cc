#include "sandbox/zygote/process_name.h"

#include <errno.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string>

namespace lightfast::sandbox {
namespace {

// As the process was started. Never freed: forks of the process end without destructors.
std::string& original_arguments() {
  static auto& text = *new std::string;
  return text;
}

// The kernel lays the arguments out one after the other; libc keeps where the first one is.
std::span<char> argument_room(int arguments) {
  const char* end = program_invocation_name;
  for (int i = 0; i < arguments; ++i) end += std::strlen(end) + 1;
  return {program_invocation_name, static_cast<std::size_t>(end - 1 - program_invocation_name)};
}

}  // namespace

void set_process_name(const char* name, int arguments) {
  auto& original = original_arguments();
  if (original.empty()) {
    const auto room = argument_room(arguments);
    original.assign(room.begin(), room.end());
  }
  const std::span<char> room{program_invocation_name, original.size()};
  const std::size_t length = std::min(std::strlen(name), room.size());
  std::ranges::fill(room, '\0');
  std::copy_n(name, length, room.begin());
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
}

void restore_process_name(const char* name) {
  std::ranges::copy(original_arguments(), program_invocation_name);
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
}

}  // namespace lightfast::sandbox
