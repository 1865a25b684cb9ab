#include "sandbox/plan.h"

#include <sched.h>

#include <utility>

namespace lightfast::sandbox {
namespace {

void add(std::vector<Step>& steps, std::vector<Step> more) {
  for (auto& step : more) steps.push_back(std::move(step));
}

// snapshots/COMMIT/root: the helper that makes these digests foreign data, so what it left is not
// followed elsewhere.
constexpr int kWrittenByHelper = 3;

// The root that commands see: the toolbox, the snapshot, three devices, nothing else.
std::vector<Step> make_root(const WorkspaceSpec& spec) {
  return {
      HoldMount{.source = spec.toolbox + "/usr", .as = "usr"},
      HoldMount{.source = spec.toolbox + "/etc", .as = "etc"},
      HoldMount{.source = spec.snapshot, .as = "repo", .no_links = kWrittenByHelper},
      HoldMount{.source = kTimeZones, .as = "zones", .may_be_missing = true},
      HoldMount{.source = "/dev/null", .as = "null"},
      HoldMount{.source = "/dev/zero", .as = "zero"},
      HoldMount{.source = "/dev/urandom", .as = "urandom"},
      NewRoot{},
      MakeDirectory{"usr"},
      MakeDirectory{"etc"},
      MakeDirectory{"repo"},
      MakeDirectory{"tmp"},
      MakeDirectory{"proc"},
      MakeDirectory{"dev"},
      MakeFile{"dev/null"},
      MakeFile{"dev/zero"},
      MakeFile{"dev/urandom"},
      MakeLink{.target = "/proc/self/fd", .path = "dev/fd"},
      MakeLink{.target = "/proc/self/fd/0", .path = "dev/stdin"},
      MakeLink{.target = "/proc/self/fd/1", .path = "dev/stdout"},
      MakeLink{.target = "/proc/self/fd/2", .path = "dev/stderr"},
      MakeLink{.target = "usr/bin", .path = "bin"},
      MakeLink{.target = "usr/lib", .path = "lib"},
      MakeLink{.target = "usr/lib64", .path = "lib64"},
      AttachHeld{.held = "usr", .target = "usr", .no_exec = false},
      AttachHeld{.held = "zones", .target = &kTimeZones[1], .may_be_missing = true},
      AttachHeld{.held = "etc", .target = "etc"},
      AttachHeld{.held = "repo", .target = "repo"},
      AttachHeld{.held = "null", .target = "dev/null", .read_only = false, .no_dev = false},
      AttachHeld{.held = "zero", .target = "dev/zero", .no_dev = false},
      AttachHeld{.held = "urandom", .target = "dev/urandom", .no_dev = false},
      MountProc{.path = "proc"},
      WriteMountTable{.path = "dev/mtab"},
      EnterRoot{},
  };
}

// Inside, programs come from /usr alone. /proc may be listed but not read: a process of the sandbox
// learns no path of the host from mountinfo, and `<(...)` needs only the links in /proc/self/fd.
LandlockPolicy rules_inside() {
  return {.rules = {{.path = "/", .grant = Grant::List},
                    {.path = "/usr", .grant = Grant::ReadExecute},
                    {.path = "/etc", .grant = Grant::Read},
                    {.path = "/repo", .grant = Grant::Read},
                    {.path = "/tmp", .grant = Grant::ReadWrite},
                    {.path = "/dev/null", .grant = Grant::Device},
                    {.path = "/dev/zero", .grant = Grant::Read},
                    {.path = "/dev/urandom", .grant = Grant::Read},
                    {.path = kMountTableInside, .grant = Grant::Read},
                    {.path = "/proc/1/cmdline", .grant = Grant::Read, .may_be_missing = true}},
          .network = Network::Deny,
          .connect_ports = {},
          .scope_signals = true};
}

WorkspacePlan plan_namespaces(const WorkspaceSpec& spec, const Identity& launcher) {
  WorkspacePlan plan;
  plan.zygote_clone_flags =
      CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  const auto org_uid = static_cast<std::uint32_t>(kFirstOrgUid + spec.org_index);
  if (!launcher.privileged) {
    plan.zygote_clone_flags |= CLONE_NEWUSER;
    plan.zygote.emplace_back(MapOwnUser{kInsideUid});
  }
  add(plan.zygote, make_root(spec));
  plan.zygote.emplace_back(ChangeDirectory{"/repo"});
  plan.zygote.emplace_back(SetHostname{"sandbox"});
  if (launcher.privileged)
    plan.zygote.emplace_back(EnterUserNamespace{.inside = kInsideUid, .outside = org_uid});
  plan.zygote.emplace_back(ApplySeccomp{FilterFor::Zygote});

  plan.sandbox_clone_flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS;
  plan.sandbox = {
      OwnProcessGroup{},  // kill(0) reaches its sender's group across pid namespaces
      MapOwnUser{kInsideUid},
      MountProc{.path = "/proc"},
      MountTmp{.path = "/tmp", .bytes = spec.limits.tmp_bytes, .entries = spec.limits.tmp_entries},
      LimitProcess{.limits = spec.limits},
      HideProcess{},
      DropCapabilities{},
      ApplyLandlock{rules_inside()},
      ApplySeccomp{FilterFor::Command},
  };
  plan.program_path = "/usr/bin";
  plan.bash = "/usr/bin/bash";
  plan.start_file = "/etc/sandbox.bash";
  return plan;
}

// Without namespaces the toolbox and the snapshot are reached by their paths on the host. The
// toolbox's programs name the host's loader, libraries and /bin/sh, so exactly what they need may
// be used there, file by file; of time zones the whole directory.
LandlockPolicy rules_on_host(const WorkspaceSpec& spec) {
  LandlockPolicy policy = {.rules = {{.path = spec.toolbox, .grant = Grant::ReadExecute},
                                     {.path = spec.snapshot, .grant = Grant::Read},
                                     {.path = "/dev/null", .grant = Grant::Device},
                                     {.path = "/dev/zero", .grant = Grant::Read},
                                     {.path = "/dev/urandom", .grant = Grant::Read}},
                           .network = Network::Deny,
                           .connect_ports = {},
                           .scope_signals = true};
  for (const auto& file : spec.host_files) {
    policy.rules.push_back({.path = file, .grant = Grant::ReadExecute, .may_be_missing = true});
  }
  return policy;
}

WorkspacePlan plan_landlock(const WorkspaceSpec& spec) {
  WorkspacePlan plan;
  plan.own_pid_namespace = false;
  plan.zygote = {CheckNoLinks{.path = spec.snapshot, .components = kWrittenByHelper},
                 ChangeDirectory{spec.snapshot}, DropCapabilities{},
                 ApplySeccomp{FilterFor::Zygote}};
  plan.sandbox = {
      OwnProcessGroup{},
      LimitProcess{.limits = spec.limits, .own_user_namespace = false},
      HideProcess{},
      ApplyLandlock{rules_on_host(spec)},
      ApplySeccomp{FilterFor::CommandWithoutPidNamespace},
  };
  plan.program_path = spec.toolbox + "/host/bin:" + spec.toolbox + "/usr/bin";
  plan.bash = spec.toolbox + "/usr/bin/bash";
  plan.start_file = spec.toolbox + "/etc/sandbox.bash";
  return plan;
}

}  // namespace

WorkspacePlan plan_workspace(int tier, const WorkspaceSpec& spec, const Identity& launcher) {
  if (tier == 3) return plan_landlock(spec);
  Identity identity = launcher;
  identity.privileged = tier == 1;
  return plan_namespaces(spec, identity);
}

}  // namespace lightfast::sandbox
