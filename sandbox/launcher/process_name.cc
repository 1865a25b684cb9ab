#include "sandbox/launcher/process_name.h"

#include <sys/prctl.h>

#include <algorithm>
#include <cstring>
#include <span>

namespace lightfast::sandbox {
namespace {

std::span<char> argument_room;

}  // namespace

void remember_arguments(int count, char** arguments) {
  const char* last = arguments[count - 1];
  argument_room = {arguments[0], static_cast<std::size_t>(last + std::strlen(last) - arguments[0])};
}

void set_process_name(const char* name) {
  const std::size_t length = std::min(std::strlen(name), argument_room.size());
  std::ranges::fill(argument_room, '\0');
  std::copy_n(name, length, argument_room.begin());
  ::prctl(PR_SET_NAME, name, 0, 0, 0);
}

}  // namespace lightfast::sandbox
