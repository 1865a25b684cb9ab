// Names of tree entries: whatever the bytes, an allowed one stays within its directory, and no
// spelling of `.git` that Windows or macOS would take for it gets through.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/repo/git/names.h"

namespace {

using lightfast::repo::broken_name_rule;

void check_allowed(std::string_view name) {
  assert(!name.empty() && name.size() <= 255 && name != "." && name != "..");
  assert(name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos);
}

void check_git_name(const std::string& name) {
  std::string upper = name;
  for (char& byte : upper)
    byte = byte >= 'a' && byte <= 'z' ? static_cast<char>(byte - 'a' + 'A') : byte;
  for (const auto& same : {upper, name + ".", name + " ", "a\\" + name, "\xEF\xBB\xBF" + name}) {
    assert(same.size() > 255 || broken_name_rule(same) == "git-name");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name(reinterpret_cast<const char*>(data), size);
  const auto rule = broken_name_rule(name);
  if (rule.empty()) check_allowed(name);
  const bool is_stream =
      name.find(':') != std::string::npos;  // what is appended would belong to the stream
  if (rule == "git-name" && !is_stream) check_git_name(name);
  const auto shown = lightfast::repo::display_path(name);
  assert(shown.size() <= 303 && shown.find('\n') == std::string::npos);
  return 0;
}
