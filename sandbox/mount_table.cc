#include "sandbox/mount_table.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <vector>

namespace lightfast::sandbox {
namespace {

struct Mount {
  std::string id, parent, point, type;
};

// 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw,errors=continue
std::optional<Mount> mount_of(const std::string& line) {
  Mount mount;
  std::istringstream words(line);
  std::string device, source_root, word;
  words >> mount.id >> mount.parent >> device >> source_root >> mount.point;
  while (words >> word && word != "-") {
  }
  if (!(words >> mount.type)) return std::nullopt;
  return mount;
}

std::vector<Mount> mounts_of(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  std::istringstream lines{std::string(mountinfo)};
  for (std::string line; std::getline(lines, line);) {
    if (auto mount = mount_of(line)) mounts.push_back(std::move(*mount));
  }
  return mounts;
}

std::string line_of(const std::string& point, const std::string& type, const char* options) {
  return "none " + point + " " + type + " " + options + " 0 0\n";
}

}  // namespace

std::string mount_table(std::string_view mountinfo, std::string_view root) {
  const auto mounts = mounts_of(mountinfo);
  const auto topmost = std::ranges::find(mounts.rbegin(), mounts.rend(), root, &Mount::point);
  if (topmost == mounts.rend()) return {};
  auto table = line_of("/", topmost->type, "ro");
  const auto below = std::string(root) + "/";
  for (const auto& mount : mounts) {
    if (mount.parent == topmost->id && mount.point.starts_with(below))
      table += line_of(mount.point.substr(root.size()), mount.type, "ro");
  }
  return table + line_of("/tmp", "tmpfs", "rw");
}

}  // namespace lightfast::sandbox
