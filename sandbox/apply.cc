#include "sandbox/apply.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "sandbox/mount_table.h"

namespace lightfast::sandbox {
namespace {

// glibc 2.36 has wrappers for the mount calls of Linux 5.2 and later, but its header clashes with
// linux/mount.h.
int open_tree_clone(int directory) {
  return static_cast<int>(
      ::syscall(SYS_open_tree, directory, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
}

// Opens `path`, in whose last `no_links` components nothing may be a link or another file system
// (openat2(2)).
UniqueFd open_without_links(const std::filesystem::path& path, int no_links) {
  auto trusted = path;
  for (int i = 0; i < no_links; ++i) trusted = trusted.parent_path();
  UniqueFd base(::open(trusted.c_str(), O_PATH | O_CLOEXEC));
  if (no_links == 0 || !base) return base;
  open_how how = {};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
  const auto rest = path.lexically_relative(trusted);
  return UniqueFd(
      static_cast<int>(::syscall(SYS_openat2, base.get(), rest.c_str(), &how, sizeof how)));
}

int attach_tree(int tree, const char* target) {
  return static_cast<int>(
      ::syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH));
}

int add_mount_attributes(int at, std::uint64_t attributes) {
  mount_attr changed = {};
  changed.attr_set = attributes;
  return static_cast<int>(
      ::syscall(SYS_mount_setattr, at, "", AT_EMPTY_PATH, &changed, sizeof changed));
}

// Where the new root is put together; covered by it in a private mount namespace only.
constexpr const char* kStaging = "/tmp";

Result<void> check(bool went_well, const std::string& doing) {
  if (!went_well) return errno_error(doing, errno);
  return {};
}

Result<void> write_proc_file(const std::string& path, const std::string& content) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file) return errno_error("opening '" + path + "'", errno);
  return write_all(file.get(), content).during("writing '" + path + "'");
}

std::string single_mapping(std::uint32_t inside, std::uint32_t outside) {
  return std::to_string(inside) + " " + std::to_string(outside) + " 1\n";
}

Result<void> become(std::uint32_t id) {
  TRY(check(::setresgid(id, id, id) == 0, "changing group"));
  TRY(check(::setresuid(id, id, id) == 0, "changing user"));
  // Changing user hides /proc/self from oneself; the maps of namespaces below are written there.
  return check(::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, "setting dumpable");
}

// Whether others' uids may show as one's own: those that a user namespace does not have all show as
// the overflow uid (user_namespaces(7)), which is usually nobody's.
bool looks_like_others() {
  constexpr std::string_view kAllUids = "4294967295";  // as the initial namespace maps
  const auto overflow = read_file("/proc/sys/kernel/overflowuid", 32);
  const auto map = read_file("/proc/self/uid_map");
  return overflow && map && !map->contains(kAllUids) &&
         std::strtoul(overflow->c_str(), nullptr, 10) == ::getuid();
}

std::filesystem::path user_namespace_of(const std::filesystem::path& process) {
  std::error_code failed;
  return std::filesystem::read_symlink(process / "ns/user", failed);
}

// Threads of the own user's processes, those of this process included. A directory's links tell its
// entries (proc(5)).
std::uint64_t tasks_of_user() {
  const bool check_namespace = looks_like_others();
  const auto own_namespace = user_namespace_of("/proc/self");
  std::uint64_t count = 0;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", failed)) {
    struct stat tasks = {};
    if (::stat((entry.path() / "task").c_str(), &tasks) != 0 || tasks.st_uid != ::getuid())
      continue;
    if (check_namespace && user_namespace_of(entry.path()) != own_namespace) continue;
    count += tasks.st_nlink > 2 ? tasks.st_nlink - 2 : 1;
  }
  return count;
}

struct Applier {
  Applied& applied;

  Result<void> operator()(const HoldMount& step) {
    const UniqueFd source = open_without_links(step.source, step.no_links);
    if (!source && errno == ENOENT && step.may_be_missing) return {};
    UniqueFd tree(source ? open_tree_clone(source.get()) : -1);
    TRY(check(tree.is_open(), "taking hold of '" + step.source + "'"));
    applied.held_mounts.insert_or_assign(step.as, std::move(tree));
    return {};
  }

  Result<void> operator()(const AttachHeld& step) {
    const auto doing = "mounting '" + step.target + "'";
    const auto held = applied.held_mounts.extract(step.held);
    if (held.empty() && step.may_be_missing) return {};
    if (held.empty()) return Error{ErrorKind::Internal, doing + ": nothing held"};
    std::uint64_t attributes = MOUNT_ATTR_NOSUID;
    if (step.read_only) attributes |= MOUNT_ATTR_RDONLY;
    if (step.no_exec) attributes |= MOUNT_ATTR_NOEXEC;
    if (step.no_dev) attributes |= MOUNT_ATTR_NODEV;
    TRY(check(add_mount_attributes(held.mapped().get(), attributes) == 0, doing));
    return check(attach_tree(held.mapped().get(), step.target.c_str()) == 0, doing);
  }

  Result<void> operator()(const NewRoot& /*step*/) {
    TRY(check(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
              "making mounts private"));
    TRY(check(::mount("root", kStaging, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                      "mode=0755,size=64k") == 0,
              "mounting an empty root"));
    return check(::chdir(kStaging) == 0, "entering the new root");
  }

  Result<void> operator()(const MakeDirectory& step) {
    return check(::mkdir(step.path.c_str(), 0755) == 0, "making '" + step.path + "'");
  }

  Result<void> operator()(const MakeFile& step) {
    const UniqueFd file(::open(step.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    return check(file.is_open(), "making '" + step.path + "'");
  }

  Result<void> operator()(const MakeLink& step) {
    return check(::symlink(step.target.c_str(), step.path.c_str()) == 0,
                 "making '" + step.path + "'");
  }

  Result<void> operator()(const MountProc& step) {
    return check(::mount("proc", step.path.c_str(), "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                         "subset=pid") == 0,
                 "mounting /proc");
  }

  Result<void> operator()(const MountTmp& step) {
    const auto options = "mode=1777,size=" + std::to_string(step.bytes) +
                         ",nr_inodes=" + std::to_string(step.entries);
    return check(::mount("tmp", step.path.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                         options.c_str()) == 0,
                 "mounting /tmp");
  }

  Result<void> operator()(const WriteMountTable& step) {
    const auto table = mount_table(TRY(read_file("/proc/self/mountinfo")), kStaging);
    const UniqueFd file(::open(step.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    TRY(check(file.is_open(), "making '" + step.path + "'"));
    return write_all(file.get(), table).during("making '" + step.path + "'");
  }

  Result<void> operator()(const EnterRoot& /*step*/) {
    TRY(check(::syscall(SYS_pivot_root, ".", ".") == 0, "entering the new root"));
    TRY(check(::umount2(".", MNT_DETACH) == 0, "leaving the old root"));
    TRY(check(::chdir("/") == 0, "entering the new root"));
    const UniqueFd root(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return check(add_mount_attributes(root.get(), MOUNT_ATTR_RDONLY) == 0,
                 "making the root read-only");
  }

  Result<void> operator()(const SetHostname& step) {
    return check(::sethostname(step.name.c_str(), step.name.size()) == 0, "setting the host name");
  }

  // A child that stays outside writes the maps, because inside nobody may map another uid than its
  // own.
  Result<void> operator()(const EnterUserNamespace& step) {
    TRY(check(::setgroups(0, nullptr) == 0, "dropping groups"));
    std::array<int, 2> ends = {-1, -1};
    TRY(check(::pipe2(ends.data(), O_CLOEXEC) == 0, "making a pipe"));
    UniqueFd ready(ends[0]);
    UniqueFd signal(ends[1]);
    const std::string self = "/proc/" + std::to_string(::getpid());
    const pid_t mapper = ::fork();
    if (mapper == 0) ::_exit(map_parent(self, step, ready, signal) ? 0 : 1);
    TRY(check(mapper > 0, "starting the uid mapper"));
    const bool entered = ::unshare(CLONE_NEWUSER) == 0;
    const int why = errno;
    if (entered) TRY(write_all(signal.get(), "1"));
    signal.reset();
    int status = 0;
    TRY(check(::waitpid(mapper, &status, 0) == mapper, "waiting for the uid mapper"));
    if (!entered) return errno_error("making a user namespace", why);
    if (status != 0) return Error{ErrorKind::Unavailable, "mapping the org's uid: not permitted"};
    return become(step.inside);
  }

  static bool map_parent(const std::string& parent, const EnterUserNamespace& step, UniqueFd& ready,
                         UniqueFd& signal) {
    signal.reset();
    char byte = 0;
    if (::read(ready.get(), &byte, 1) != 1) return false;
    const auto mapping = single_mapping(step.inside, step.outside);
    return write_proc_file(parent + "/gid_map", mapping).has_value() &&
           write_proc_file(parent + "/uid_map", mapping).has_value();
  }

  Result<void> operator()(const MapOwnUser& step) {
    // After the clone, getuid() gives the overflow id; the ids to map are those of the parent
    // namespace.
    TRY(write_proc_file("/proc/self/setgroups", "deny"));
    TRY(write_proc_file("/proc/self/gid_map", single_mapping(step.inside, applied.parent_gid)));
    TRY(write_proc_file("/proc/self/uid_map", single_mapping(step.inside, applied.parent_uid)));
    return {};
  }

  Result<void> operator()(const ChangeDirectory& step) {
    return check(::chdir(step.path.c_str()) == 0, "entering '" + step.path + "'");
  }

  Result<void> operator()(const LimitProcess& step) {
    const auto& limits = step.limits;
    TRY(limit(RLIMIT_AS, limits.address_space_bytes));
    TRY(limit(RLIMIT_FSIZE, limits.tmp_bytes));
    TRY(limit(RLIMIT_NOFILE, limits.open_files));
    TRY(limit(RLIMIT_CORE, 0));
    TRY(limit(RLIMIT_MEMLOCK, 0));
    TRY(limit(RLIMIT_MSGQUEUE, 0));
    // SIGXCPU at the soft limit tells this limit from a kill at the hard one.
    TRY(limit(RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1));
    const std::uint64_t others = step.own_user_namespace ? 0 : tasks_of_user();
    return limit(RLIMIT_NPROC, limits.processes + others);
  }

  // Never above what the launcher itself was given.
  static Result<void> limit(__rlimit_resource resource, std::uint64_t value) {
    return limit(resource, value, value);
  }

  static Result<void> limit(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard) {
    rlimit now = {};
    TRY(check(::getrlimit(resource, &now) == 0, "reading a limit"));
    const rlimit wanted = {
        .rlim_cur = std::min<rlim_t>(soft, now.rlim_max),
        .rlim_max = std::min<rlim_t>(hard, now.rlim_max)};  // infinity is the largest number
    return check(::setrlimit(resource, &wanted) == 0, "setting a limit");
  }

  Result<void> operator()(const OwnProcessGroup& /*step*/) {
    TRY(check(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0, "becoming a reaper"));
    return check(::setpgid(0, 0) == 0, "making a process group");
  }

  Result<void> operator()(const CheckNoLinks& step) {
    return check(open_without_links(step.path, step.components).is_open(),
                 "opening '" + step.path + "'");
  }

  // Only the init itself: its shell makes itself visible again.
  Result<void> operator()(const HideProcess& /*step*/) {
    return check(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "hiding the init");
  }

  Result<void> operator()(const DropCapabilities& /*step*/) { return drop_all_capabilities(); }

  Result<void> operator()(const ApplyLandlock& step) { return apply_landlock(step.policy); }

  Result<void> operator()(const ApplySeccomp& step) {
    const auto found = applied.filters.find(step.whom);
    if (found == applied.filters.end())
      return Error{ErrorKind::Internal, "setting up seccomp: no filter was compiled"};
    TRY(check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "setting no_new_privs"));
    return apply_filter(found->second);
  }
};

}  // namespace

Result<void> apply_steps(const std::vector<Step>& steps, Applied& applied) {
  for (const auto& step : steps) TRY(std::visit(Applier{applied}, step));
  return {};
}

}  // namespace lightfast::sandbox
