#include <string>

#include <catch2/catch.hpp>

#include "sandbox/launcher/control_group.h"

namespace lightfast::sandbox {
namespace {

const std::string kMounted = "30 21 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n";

TEST_CASE("a control group lies where its hierarchy is mounted", "[control group]") {
  CHECK(control_group_directory("0::/system.slice/lightfast.service\n", kMounted) ==
        "/sys/fs/cgroup/system.slice/lightfast.service");
  CHECK(control_group_directory("1:cpu:/elsewhere\n0::/a/b\n",
                                "29 21 0:25 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                                "30 21 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n") ==
        "/sys/fs/cgroup/unified/a/b");
}

TEST_CASE("of a hierarchy that is mounted in part, the part above is not seen", "[control group]") {
  const std::string part = "30 21 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  CHECK(control_group_directory("0::/docker/abc/inner\n", part) == "/sys/fs/cgroup/inner");
  CHECK(control_group_directory("0::/docker/other\n", part).empty());
  CHECK(control_group_directory("0::/a/../../b\n", kMounted) == "/sys/fs/cgroup/b");
}

TEST_CASE("without cgroup v2 there is no control group", "[control group]") {
  CHECK(control_group_directory("1:memory:/a\n", kMounted).empty());
  CHECK(control_group_directory("0::/a\n", "").empty());
  CHECK(control_group_directory("", kMounted).empty());
  CHECK(control_group_directory("nonsense\n0:\n", "short line\n- cgroup2\n").empty());
}

TEST_CASE("an organisation may use what its commands may at once", "[control group]") {
  const WorkspaceSpec spec{.org_index = 0,
                           .toolbox = {},
                           .snapshot = {},
                           .host_files = {},
                           .limits = {.memory_bytes = 100, .processes = 10, .tmp_bytes = 20},
                           .running = 3};
  const auto idle = group_limits({.org_index = 0,
                                  .toolbox = {},
                                  .snapshot = {},
                                  .host_files = {},
                                  .limits = spec.limits,
                                  .running = 0});
  CHECK(group_limits(spec).memory_bytes == 360 + idle.memory_bytes);
  CHECK(group_limits(spec).processes == 30 + idle.processes);
}

}  // namespace
}  // namespace lightfast::sandbox
