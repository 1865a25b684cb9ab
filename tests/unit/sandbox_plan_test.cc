#include <sched.h>

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <catch2/catch.hpp>

#include "sandbox/plan.h"

namespace lightfast::sandbox {
namespace {

WorkspaceSpec spec() {
  return {.org_index = 7,
          .toolbox = "/data/toolbox/abc",
          .snapshot = "/data/snapshots/def",
          .host_files = {"/usr/lib/libc.so.6", "/lib64/ld.so"},
          .limits = {.tmp_bytes = 4096, .tmp_entries = 16}};
}

constexpr Identity kRoot = {.uid = 0, .gid = 0, .privileged = true};
constexpr Identity kUser = {.uid = 1234, .gid = 1234, .privileged = false};

WorkspacePlan plan_of(int tier) { return plan_workspace(tier, spec(), tier == 1 ? kRoot : kUser); }

// Everything that is done until a command runs, in order.
std::vector<Step> all_steps(const WorkspacePlan& plan) {
  auto steps = plan.zygote;
  steps.insert(steps.end(), plan.sandbox.begin(), plan.sandbox.end());
  return steps;
}

template <class T>
std::vector<T> only(const std::vector<Step>& steps) {
  std::vector<T> found;
  for (const auto& step : steps) {
    if (const T* wanted = std::get_if<T>(&step)) found.push_back(*wanted);
  }
  return found;
}

// The one step of this kind, its place in the list.
template <class T>
std::size_t place_of(const std::vector<Step>& steps) {
  REQUIRE(only<T>(steps).size() == 1);
  const auto found =
      std::ranges::find_if(steps, [](const Step& step) { return std::holds_alternative<T>(step); });
  return static_cast<std::size_t>(found - steps.begin());
}

LandlockPolicy rules_of(const WorkspacePlan& plan) {
  const auto applied = only<ApplyLandlock>(plan.sandbox);
  REQUIRE(applied.size() == 1);
  return applied.front().policy;
}

std::vector<std::string> granted(const LandlockPolicy& policy, Grant grant) {
  std::vector<std::string> paths;
  for (const auto& rule : policy.rules) {
    if (rule.grant == grant) paths.push_back(rule.path);
  }
  return paths;
}

AttachHeld mount_at(const WorkspacePlan& plan, const std::string& target) {
  for (const auto& mount : only<AttachHeld>(plan.zygote)) {
    if (mount.target == target) return mount;
  }
  FAIL("nothing is mounted at " << target);
  return {};
}

using Paths = std::vector<std::string>;

TEST_CASE("in every tier Landlock and then seccomp come last", "[plan]") {
  const auto plan = plan_of(GENERATE(1, 2, 3));
  REQUIRE(plan.sandbox.size() >= 2);
  CHECK(std::holds_alternative<ApplyLandlock>(plan.sandbox[plan.sandbox.size() - 2]));
  CHECK(std::holds_alternative<ApplySeccomp>(plan.sandbox.back()));
}

TEST_CASE("in every tier all capabilities are gone before the rules are applied", "[plan]") {
  const auto plan = plan_of(GENERATE(1, 2, 3));
  const auto steps = all_steps(plan);
  CHECK(place_of<DropCapabilities>(steps) < place_of<ApplyLandlock>(steps));
}

TEST_CASE("in every tier a process has its limits before it is confined", "[plan]") {
  const int tier = GENERATE(1, 2, 3);
  const auto plan = plan_of(tier);
  CHECK(place_of<LimitProcess>(plan.sandbox) < place_of<ApplyLandlock>(plan.sandbox));
  const auto limits = only<LimitProcess>(plan.sandbox);
  REQUIRE(limits.size() == 1);
  CHECK(limits.front().limits == spec().limits);
  // RLIMIT_NPROC counts all processes of the user where there is no user namespace.
  CHECK(limits.front().own_user_namespace == (tier != 3));
}

TEST_CASE("a command's filter forbids signals where others' processes are in reach", "[plan]") {
  CHECK(std::get<ApplySeccomp>(plan_of(1).sandbox.back()).whom == FilterFor::Command);
  CHECK(std::get<ApplySeccomp>(plan_of(2).sandbox.back()).whom == FilterFor::Command);
  CHECK(std::get<ApplySeccomp>(plan_of(3).sandbox.back()).whom ==
        FilterFor::CommandWithoutPidNamespace);
}

TEST_CASE("a zygote with namespaces confines itself when its world is made", "[plan]") {
  const auto plan = plan_of(GENERATE(1, 2));
  REQUIRE_FALSE(plan.zygote.empty());
  CHECK(std::get<ApplySeccomp>(plan.zygote.back()).whom == FilterFor::Zygote);
}

TEST_CASE("namespaces: the zygote shares none, each sandbox has its own user, pid and mounts",
          "[plan]") {
  const int tier = GENERATE(1, 2);
  const auto plan = plan_of(tier);
  constexpr std::uint64_t kAllButUser =
      CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  CHECK(plan.zygote_clone_flags == (tier == 1 ? kAllButUser : kAllButUser | CLONE_NEWUSER));
  CHECK(plan.sandbox_clone_flags == (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS));
  CHECK(plan.own_pid_namespace);
}

TEST_CASE("tier 3 has no namespaces and mounts nothing", "[plan]") {
  const auto plan = plan_of(3);
  CHECK(plan.zygote_clone_flags == 0);
  CHECK(plan.sandbox_clone_flags == 0);
  CHECK_FALSE(plan.own_pid_namespace);
  const auto steps = all_steps(plan);
  CHECK(only<AttachHeld>(steps).empty());
  CHECK(only<MountTmp>(steps).empty());
  CHECK(only<MountProc>(steps).empty());
  CHECK(only<NewRoot>(steps).empty());
}

TEST_CASE("in tier 1 each org has a uid of its own outside, in tier 2 the launcher's own",
          "[plan]") {
  const auto entered = only<EnterUserNamespace>(plan_of(1).zygote);
  REQUIRE(entered.size() == 1);
  CHECK(entered.front() == EnterUserNamespace{.inside = kInsideUid, .outside = kFirstOrgUid + 7});
  CHECK(only<MapOwnUser>(plan_of(1).zygote).empty());

  CHECK(only<EnterUserNamespace>(plan_of(2).zygote).empty());
  CHECK(plan_of(2).zygote.front() == Step(MapOwnUser{kInsideUid}));
}

TEST_CASE("the tier decides, not what the launcher could do besides", "[plan]") {
  const auto as_root = plan_workspace(2, spec(), kRoot);
  CHECK((as_root.zygote_clone_flags & CLONE_NEWUSER) != 0);
  CHECK(only<EnterUserNamespace>(as_root.zygote).empty());
}

TEST_CASE("a sandbox leaves its maker's group and becomes the inside user first of all", "[plan]") {
  const auto plan = plan_of(GENERATE(1, 2));
  CHECK(plan.sandbox.at(0) == Step(OwnProcessGroup{}));
  CHECK(plan.sandbox.at(1) == Step(MapOwnUser{kInsideUid}));
}

// What is in the root, as `mount` would print it.
std::string flags_of(const AttachHeld& mount) {
  std::string flags = mount.read_only ? "ro" : "rw";
  if (mount.no_exec) flags += ",noexec";
  if (mount.no_dev) flags += ",nodev";
  return flags;
}

TEST_CASE("the root holds the toolbox, the snapshot and three devices", "[plan]") {
  struct Mount {
    std::string target, source, flags;
  };
  const auto wanted = GENERATE(values<Mount>({
      {"usr", "/data/toolbox/abc/usr", "ro,nodev"},
      {"etc", "/data/toolbox/abc/etc", "ro,noexec,nodev"},
      {"repo", "/data/snapshots/def", "ro,noexec,nodev"},
      {"dev/null", "/dev/null", "rw,noexec"},
      {"dev/zero", "/dev/zero", "ro,noexec"},
      {"dev/urandom", "/dev/urandom", "ro,noexec"},
  }));
  const auto plan = plan_of(GENERATE(1, 2));
  INFO(wanted.target);
  const auto mount = mount_at(plan, wanted.target);
  CHECK(flags_of(mount) == wanted.flags);
  const auto held = only<HoldMount>(plan.zygote);
  const auto source = std::ranges::find(held, mount.held, &HoldMount::as);
  REQUIRE(source != held.end());
  CHECK(source->source == wanted.source);
  CHECK(only<AttachHeld>(plan.zygote).size() == 7);  // and nothing besides
}

TEST_CASE("what is mounted is taken hold of before the root changes, and nothing is behind it",
          "[plan]") {
  const auto steps = plan_of(GENERATE(1, 2)).zygote;
  const std::size_t new_root = place_of<NewRoot>(steps);
  const std::size_t enter = place_of<EnterRoot>(steps);
  REQUIRE(new_root < enter);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    INFO("step " << i);
    if (std::holds_alternative<HoldMount>(steps[i])) CHECK(i < new_root);
    const bool builds = std::holds_alternative<AttachHeld>(steps[i]) ||
                        std::holds_alternative<MountProc>(steps[i]) ||
                        std::holds_alternative<MountTmp>(steps[i]) ||
                        std::holds_alternative<MakeDirectory>(steps[i]) ||
                        std::holds_alternative<MakeFile>(steps[i]) ||
                        std::holds_alternative<WriteMountTable>(steps[i]) ||
                        std::holds_alternative<MakeLink>(steps[i]);
    if (builds) CHECK((new_root < i && i < enter));
  }
}

TEST_CASE("a mount point is made before something is mounted there", "[plan]") {
  const auto steps = plan_of(GENERATE(1, 2)).zygote;
  Paths made;
  for (const auto& step : steps) {
    if (const auto* directory = std::get_if<MakeDirectory>(&step)) made.push_back(directory->path);
    if (const auto* file = std::get_if<MakeFile>(&step)) made.push_back(file->path);
    const auto* mount = std::get_if<AttachHeld>(&step);
    if (mount == nullptr) continue;
    INFO(mount->target);
    if (mount->held == "zones") continue;  // the toolbox has a directory for it
    CHECK(std::ranges::count(made, mount->target) == 1);
  }
}

TEST_CASE("each sandbox has a /proc and a bounded /tmp of its own and starts in /repo", "[plan]") {
  const auto plan = plan_of(GENERATE(1, 2));
  CHECK(only<MountProc>(plan.sandbox) == std::vector{MountProc{"/proc"}});
  CHECK(only<MountTmp>(plan.sandbox) ==
        std::vector{MountTmp{.path = "/tmp", .bytes = 4096, .entries = 16}});
  CHECK(only<ChangeDirectory>(plan.zygote) == std::vector{ChangeDirectory{"/repo"}});
  CHECK(only<SetHostname>(plan.zygote) == std::vector{SetHostname{"sandbox"}});
}

TEST_CASE("inside, programs come from /usr alone and /tmp alone can be written", "[plan]") {
  const auto rules = rules_of(plan_of(GENERATE(1, 2)));
  CHECK(granted(rules, Grant::ReadExecute) == Paths{"/usr"});
  CHECK(granted(rules, Grant::ReadWrite) == Paths{"/tmp"});
  CHECK(granted(rules, Grant::Device) == Paths{"/dev/null"});
  CHECK(granted(rules, Grant::List) == Paths{"/"});
  CHECK(granted(rules, Grant::Read) ==
        Paths{"/etc", "/repo", "/dev/zero", "/dev/urandom", "/dev/mtab", "/proc/1/cmdline"});
}

TEST_CASE(
    "on the host, programs come from the toolbox and the named libraries, and nothing can be "
    "written",
    "[plan]") {
  const auto rules = rules_of(plan_of(3));
  CHECK(granted(rules, Grant::ReadExecute) ==
        Paths{"/data/toolbox/abc", "/usr/lib/libc.so.6", "/lib64/ld.so"});
  CHECK(granted(rules, Grant::ReadWrite).empty());
  CHECK(granted(rules, Grant::Device) == Paths{"/dev/null"});
  CHECK(granted(rules, Grant::List).empty());
  CHECK(granted(rules, Grant::Read) == Paths{"/data/snapshots/def", "/dev/zero", "/dev/urandom"});
  CHECK(only<ChangeDirectory>(plan_of(3).zygote) ==
        std::vector{ChangeDirectory{"/data/snapshots/def"}});
}

TEST_CASE("in every tier a command has no network and sends no signals out", "[plan]") {
  const auto rules = rules_of(plan_of(GENERATE(1, 2, 3)));
  CHECK(rules.network == Network::Deny);
  CHECK(rules.connect_ports.empty());
  CHECK(rules.scope_signals);
}

TEST_CASE("a command's programs are found where its tier has the toolbox", "[plan]") {
  struct Places {
    int tier;
    std::string path, bash, start_file;
  };
  const auto wanted = GENERATE(values<Places>({
      {1, "/usr/bin", "/usr/bin/bash", "/etc/sandbox.bash"},
      {2, "/usr/bin", "/usr/bin/bash", "/etc/sandbox.bash"},
      {3, "/data/toolbox/abc/host/bin:/data/toolbox/abc/usr/bin", "/data/toolbox/abc/usr/bin/bash",
       "/data/toolbox/abc/etc/sandbox.bash"},
  }));
  const auto plan = plan_of(wanted.tier);
  CHECK(plan.program_path == wanted.path);
  CHECK(plan.bash == wanted.bash);
  CHECK(plan.start_file == wanted.start_file);
}

}  // namespace
}  // namespace lightfast::sandbox
