#include "layers.h"

#include <sched.h>

#include <array>
#include <utility>
#include <variant>

namespace lightfast::sandboxee {
namespace {

using sandbox::Step;
using sandbox::WorkspacePlan;
namespace steps = lightfast::sandbox;

// What serves no isolation, but all layers need.
constexpr const char* kAlways = "always";

// Which layer a step of the zygote or of each sandbox is part of. A new kind of step does not
// compile before it is claimed here.
struct Claim {
  bool of_zygote;
  bool has_root;

  Part operator()(const steps::HoldMount& /*step*/) const { return {"HoldMount", "root"}; }
  Part operator()(const steps::AttachHeld& /*step*/) const { return {"AttachHeld", "root"}; }
  Part operator()(const steps::NewRoot& /*step*/) const { return {"NewRoot", "root"}; }
  Part operator()(const steps::MakeDirectory& /*step*/) const { return {"MakeDirectory", "root"}; }
  Part operator()(const steps::MakeFile& /*step*/) const { return {"MakeFile", "root"}; }
  Part operator()(const steps::MakeLink& /*step*/) const { return {"MakeLink", "root"}; }
  Part operator()(const steps::WriteMountTable& /*step*/) const {
    return {"WriteMountTable", "root"};
  }
  Part operator()(const steps::EnterRoot& /*step*/) const { return {"EnterRoot", "root"}; }
  Part operator()(const steps::ChangeDirectory& /*step*/) const {
    return {"ChangeDirectory", has_root ? "root" : kAlways};
  }
  Part operator()(const steps::CheckNoLinks& /*step*/) const {
    return {"CheckNoLinks", "no-links"};
  }
  Part operator()(const steps::MountProc& /*step*/) const { return {"MountProc", "proc"}; }
  Part operator()(const steps::MountTmp& /*step*/) const { return {"MountTmp", "tmp"}; }
  Part operator()(const steps::SetHostname& /*step*/) const { return {"SetHostname", "host-name"}; }
  Part operator()(const steps::EnterUserNamespace& /*step*/) const {
    return {"EnterUserNamespace", of_zygote ? "zygote-user" : "user"};
  }
  Part operator()(const steps::MapOwnUser& /*step*/) const {
    return {"MapOwnUser", of_zygote ? "zygote-user" : "user"};
  }
  Part operator()(const steps::LimitProcess& /*step*/) const { return {"LimitProcess", "limits"}; }
  Part operator()(const steps::OwnProcessGroup& /*step*/) const {
    return {"OwnProcessGroup", "process-group"};
  }
  Part operator()(const steps::HideProcess& /*step*/) const {
    return {"HideProcess", "hidden-init"};
  }
  Part operator()(const steps::DropCapabilities& /*step*/) const {
    return {"DropCapabilities", "capabilities"};
  }
  Part operator()(const steps::ApplyLandlock& /*step*/) const {
    return {"ApplyLandlock", "landlock"};
  }
  Part operator()(const steps::ApplySeccomp& /*step*/) const {
    return {"ApplySeccomp", of_zygote ? "zygote-system-calls" : "system-calls"};
  }
};

struct Namespace {
  std::uint64_t flag;
  Part of_zygote, of_sandbox;
};

// A sandbox's own mounts are what its /proc and its /tmp are made in.
const std::array<Namespace, 7> namespaces = {{
    {CLONE_NEWNS, {"CLONE_NEWNS", "root"}, {"CLONE_NEWNS", "proc or tmp"}},
    {CLONE_NEWPID, {"CLONE_NEWPID", "zygote-processes"}, {"CLONE_NEWPID", "processes"}},
    {CLONE_NEWUSER, {"CLONE_NEWUSER", "zygote-user"}, {"CLONE_NEWUSER", "user"}},
    {CLONE_NEWNET, {"CLONE_NEWNET", "network"}, {"CLONE_NEWNET", "none"}},
    {CLONE_NEWIPC, {"CLONE_NEWIPC", "shared-memory"}, {"CLONE_NEWIPC", "none"}},
    {CLONE_NEWUTS, {"CLONE_NEWUTS", "host-name"}, {"CLONE_NEWUTS", "none"}},
    {CLONE_NEWCGROUP, {"CLONE_NEWCGROUP", "control-groups"}, {"CLONE_NEWCGROUP", "none"}},
}};

bool has_root(const WorkspacePlan& plan) {
  for (const auto& step : plan.zygote) {
    if (std::holds_alternative<steps::EnterRoot>(step)) return true;
  }
  return false;
}

void add_parts_of_flags(std::uint64_t flags, bool of_zygote, std::vector<Part>& parts) {
  for (const auto& one : namespaces) {
    if ((flags & one.flag) != 0) parts.push_back(of_zygote ? one.of_zygote : one.of_sandbox);
    flags &= ~one.flag;
  }
  if (flags != 0) parts.push_back({"clone flags " + std::to_string(flags), "none"});
}

// How a step does more than its kind says.
void add_attributes(const Step& step, std::vector<Part>& parts) {
  if (const auto* hold = std::get_if<steps::HoldMount>(&step)) {
    if (hold->no_links > 0) parts.push_back({"HoldMount::no_links", "no-links"});
  }
  const auto* attach = std::get_if<steps::AttachHeld>(&step);
  if (attach == nullptr) return;
  if (attach->read_only) parts.push_back({"AttachHeld::read_only", "read-only-mounts"});
  if (attach->no_exec) parts.push_back({"AttachHeld::no_exec", "no-exec-mounts"});
  if (attach->no_dev) parts.push_back({"AttachHeld::no_dev", "no-device-mounts"});
}

using IsKept = std::function<bool(const std::string& layer)>;

bool is_part_kept(const Part& part, const IsKept& is_kept) {
  if (part.layer == "proc or tmp") return is_kept("proc") || is_kept("tmp");
  return part.layer == kAlways || is_kept(part.layer);
}

std::uint64_t kept_flags(std::uint64_t flags, bool of_zygote, const IsKept& is_kept) {
  for (const auto& one : namespaces) {
    if (!is_part_kept(of_zygote ? one.of_zygote : one.of_sandbox, is_kept)) flags &= ~one.flag;
  }
  return flags;
}

Step with_attributes(Step step, const IsKept& is_kept) {
  if (auto* hold = std::get_if<steps::HoldMount>(&step)) {
    if (!is_kept("no-links")) hold->no_links = 0;
  }
  if (auto* attach = std::get_if<steps::AttachHeld>(&step)) {
    attach->read_only = attach->read_only && is_kept("read-only-mounts");
    attach->no_exec = attach->no_exec && is_kept("no-exec-mounts");
    attach->no_dev = attach->no_dev && is_kept("no-device-mounts");
  }
  return step;
}

std::vector<Step> kept_steps(const std::vector<Step>& all, const Claim& claim,
                             const IsKept& is_kept) {
  std::vector<Step> kept;
  for (const auto& step : all) {
    const bool is_kept_here = is_part_kept(std::visit(claim, step), is_kept);
    // The zygote's /proc is in its new root.
    const bool has_place =
        !claim.of_zygote || !std::holds_alternative<steps::MountProc>(step) || is_kept("root");
    if (is_kept_here && has_place) kept.push_back(with_attributes(step, is_kept));
  }
  return kept;
}

}  // namespace

std::vector<Part> parts_of(const WorkspacePlan& plan) {
  std::vector<Part> parts;
  for (const bool of_zygote : {true, false}) {
    add_parts_of_flags(of_zygote ? plan.zygote_clone_flags : plan.sandbox_clone_flags, of_zygote,
                       parts);
    for (const auto& step : of_zygote ? plan.zygote : plan.sandbox) {
      parts.push_back(std::visit(Claim{of_zygote, has_root(plan)}, step));
      add_attributes(step, parts);
    }
  }
  return parts;
}

WorkspacePlan with_layers(WorkspacePlan plan, const IsKept& is_kept) {
  const bool rooted = has_root(plan);
  plan.zygote = kept_steps(plan.zygote, {.of_zygote = true, .has_root = rooted}, is_kept);
  plan.sandbox = kept_steps(plan.sandbox, {.of_zygote = false, .has_root = rooted}, is_kept);
  plan.zygote_clone_flags = kept_flags(plan.zygote_clone_flags, true, is_kept);
  plan.sandbox_clone_flags = kept_flags(plan.sandbox_clone_flags, false, is_kept);
  // Otherwise the init would end a group that is not its own.
  if (!is_kept("process-group")) plan.own_pid_namespace = true;
  return plan;
}

}  // namespace lightfast::sandboxee
