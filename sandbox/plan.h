// What is done to make a zygote's and a sandbox's world, as data: ordered steps that a test can
// read without a kernel and apply.h carries out. Nothing is there that no step made.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sandbox/landlock.h"
#include "sandbox/protocol.h"
#include "sandbox/seccomp_filter.h"

namespace lightfast::sandbox {

// The sources of later bind mounts are taken hold of before the root changes.
struct HoldMount {
  std::string source;
  std::string as;    // the name by which AttachHeld finds it
  int no_links = 0;  // the last so many components are directories, never links: others could have
                     // written them
  bool may_be_missing = false;  // then AttachHeld does nothing
  bool operator==(const HoldMount&) const = default;
};
struct AttachHeld {
  std::string held, target;  // target relative to the new root
  bool read_only = true, no_exec = true, no_dev = true;
  bool may_be_missing = false;
  bool operator==(const AttachHeld&) const = default;
};
struct NewRoot {  // an empty tmpfs, current directory from now on
  bool operator==(const NewRoot&) const = default;
};
struct MakeDirectory {
  std::string path;
  bool operator==(const MakeDirectory&) const = default;
};
struct MakeFile {
  std::string path;
  bool operator==(const MakeFile&) const = default;
};
struct MakeLink {
  std::string target, path;
  bool operator==(const MakeLink&) const = default;
};
struct MountProc {  // of the pid namespace one is in, `subset=pid`
  std::string path;
  bool operator==(const MountProc&) const = default;
};
struct MountTmp {
  std::string path;
  std::uint64_t bytes = 0, entries = 0;
  bool operator==(const MountTmp&) const = default;
};
struct WriteMountTable {  // of what is mounted in the new root so far, as fstab(5) and without
                          // sources
  std::string path;
  bool operator==(const WriteMountTable&) const = default;
};
struct EnterRoot {  // pivot_root into the new root, the old one unmounted, the new one read-only
  bool operator==(const EnterRoot&) const = default;
};
struct SetHostname {
  std::string name;
  bool operator==(const SetHostname&) const = default;
};
struct EnterUserNamespace {  // a new one, `inside` mapped to `outside` and nothing else, and become
                             // `inside`
  std::uint32_t inside = 0, outside = 0;
  bool operator==(const EnterUserNamespace&) const = default;
};
struct MapOwnUser {  // in the user namespace one was cloned into: `inside` mapped to one's own uid
                     // and gid
  std::uint32_t inside = 0;
  bool operator==(const MapOwnUser&) const = default;
};
struct ChangeDirectory {
  std::string path;
  bool operator==(const ChangeDirectory&) const = default;
};
struct LimitProcess {
  Limits limits;
  // RLIMIT_NPROC counts a user's processes in a user namespace; without an own one, those that the
  // user has already are added to the limit.
  bool own_user_namespace = true;
  bool operator==(const LimitProcess&) const = default;
};
struct CheckNoLinks {  // as HoldMount::no_links, where nothing is mounted
  std::string path;
  int components = 0;
  bool operator==(const CheckNoLinks&) const = default;
};
struct OwnProcessGroup {
  bool operator==(const OwnProcessGroup&) const = default;
};
struct HideProcess {  // from others of the same user: links in its /proc directory cannot be read
  bool operator==(const HideProcess&) const = default;
};
struct DropCapabilities {
  bool operator==(const DropCapabilities&) const = default;
};
struct ApplyLandlock {
  LandlockPolicy policy;
  bool operator==(const ApplyLandlock&) const = default;
};
struct ApplySeccomp {
  FilterFor whom = FilterFor::Command;
  bool operator==(const ApplySeccomp&) const = default;
};

using Step =
    std::variant<HoldMount, AttachHeld, NewRoot, MakeDirectory, MakeFile, MakeLink, MountProc,
                 MountTmp, WriteMountTable, EnterRoot, SetHostname, EnterUserNamespace, MapOwnUser,
                 ChangeDirectory, LimitProcess, CheckNoLinks, OwnProcessGroup, HideProcess,
                 DropCapabilities, ApplyLandlock, ApplySeccomp>;

// How one tier runs commands of one (org, snapshot).
struct WorkspacePlan {
  std::uint64_t zygote_clone_flags = 0;   // the namespaces a zygote starts in
  std::vector<Step> zygote;               // done once
  std::uint64_t sandbox_clone_flags = 0;  // the namespaces each sandbox starts in
  std::vector<Step> sandbox;              // done for each sandbox
  std::string program_path;               // PATH of commands
  std::string bash;                       // the shell, as a path inside
  std::string start_file;         // what bash reads before the script (the list of what is there)
  bool own_pid_namespace = true;  // its init's end takes all of a sandbox with it
};

// Who the launcher is; decides what a tier can do.
struct Identity {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  bool privileged =
      false;  // has CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID, and the orgs' uids exist for it
};

// The first uid given to organisations in tier 1: a range that neither Debian's users nor
// subordinate ids reach.
inline constexpr std::uint32_t kFirstOrgUid = 1'879'048'192;  // 0x70000000

// The file that /etc/mtab leads to: `find -fstype` asks it, /proc/self/mountinfo would tell paths
// of the host.
inline constexpr const char* kMountTableInside = "/dev/mtab";

// Time zones, on the host as inside.
inline constexpr const char* kTimeZones = "/usr/share/zoneinfo";

// The uid that the one user inside a sandbox has.
inline constexpr std::uint32_t kInsideUid = 1000;

// The steps of `tier` (1, 2 or 3, design of the tiers in docs/security.md) for `spec`.
WorkspacePlan plan_workspace(int tier, const WorkspaceSpec& spec, const Identity& launcher);

}  // namespace lightfast::sandbox
