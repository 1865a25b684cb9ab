#include "sandbox/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/handles.h"

namespace lightfast::sandbox {
namespace {

// linux/landlock.h of Debian 12 stops at ABI 2; the later rights are the kernel's own numbers
// (include/uapi/linux/landlock.h).
constexpr std::uint64_t kTruncate = 1ULL << 14;     // ABI 3
constexpr std::uint64_t kIoctlDevice = 1ULL << 15;  // ABI 5
constexpr std::uint64_t kNetBindTcp = 1ULL << 0;    // ABI 4
constexpr std::uint64_t kNetConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractUnixSocket = 1ULL << 0;  // ABI 6
constexpr std::uint64_t kScopeSignal = 1ULL << 1;
constexpr int kRuleNetPort = 2;

struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

struct NetPortAttributes {
  std::uint64_t allowed_access = 0;
  std::uint64_t port = 0;
};

constexpr std::uint64_t kList = LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t kRead = kList | LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t kReadExecute = kRead | LANDLOCK_ACCESS_FS_EXECUTE;
constexpr std::uint64_t kReadWrite =
    kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | kTruncate;
constexpr std::uint64_t kDevice =
    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

// The rights that can be granted on a file rather than a directory.
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate | kIoctlDevice;

std::uint64_t rights_of(Grant grant) {
  switch (grant) {
    case Grant::List:
      return kList;
    case Grant::Read:
      return kRead;
    case Grant::ReadExecute:
      return kReadExecute;
    case Grant::ReadWrite:
      return kReadWrite;
    case Grant::Device:
      return kDevice;
  }
  return 0;
}

std::uint64_t known_fs_rights(std::uint64_t abi) {
  std::uint64_t rights = (1ULL << 13) - 1;
  if (abi >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (abi >= 3) rights |= kTruncate;
  if (abi >= 5) rights |= kIoctlDevice;
  return rights;
}

Result<void> add_path_rule(int ruleset, const LandlockRule& rule, std::uint64_t known) {
  const UniqueFd path(::open(rule.path.c_str(), O_PATH | O_CLOEXEC));
  if (!path) {
    if (rule.may_be_missing && (errno == ENOENT || errno == EACCES || errno == ENOTDIR)) return {};
    return errno_error("granting '" + rule.path + "' by Landlock", errno);
  }
  struct stat status = {};
  if (::fstat(path.get(), &status) != 0)
    return errno_error("granting '" + rule.path + "' by Landlock", errno);
  landlock_path_beneath_attr attributes = {};
  attributes.allowed_access = rights_of(rule.grant) & known;
  if (!S_ISDIR(status.st_mode)) attributes.allowed_access &= kOfFiles;
  attributes.parent_fd = path.get();
  if (attributes.allowed_access == 0) return {};
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &attributes, 0) != 0) {
    return errno_error("granting '" + rule.path + "' by Landlock", errno);
  }
  return {};
}

Result<void> add_port_rule(int ruleset, std::uint16_t port) {
  const NetPortAttributes attributes = {.allowed_access = kNetConnectTcp, .port = port};
  if (::syscall(SYS_landlock_add_rule, ruleset, kRuleNetPort, &attributes, 0) != 0) {
    return errno_error("granting a port by Landlock", errno);
  }
  return {};
}

}  // namespace

std::uint64_t landlock_abi() {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi > 0 ? static_cast<std::uint64_t>(abi) : 0;
}

Result<void> apply_landlock(const LandlockPolicy& policy) {
  const std::uint64_t abi = landlock_abi();
  if (abi == 0)
    return Error{ErrorKind::Unavailable,
                 "this kernel has no Landlock (CONFIG_SECURITY_LANDLOCK, lsm=)"};
  RulesetAttributes attributes = {.handled_access_fs = known_fs_rights(abi)};
  const bool handle_network = abi >= 4 && policy.network == Network::Deny;
  if (handle_network) attributes.handled_access_net = kNetBindTcp | kNetConnectTcp;
  if (abi >= 6 && policy.scope_signals) attributes.scoped = kScopeAbstractUnixSocket | kScopeSignal;
  const std::size_t size = abi >= 6   ? sizeof attributes
                           : abi >= 4 ? 16
                                      : 8;  // older kernels refuse unknown fields
  const UniqueFd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return errno_error("making a Landlock ruleset", errno);
  for (const auto& rule : policy.rules)
    TRY(add_path_rule(ruleset.get(), rule, attributes.handled_access_fs));
  if (handle_network) {
    for (const std::uint16_t port : policy.connect_ports) TRY(add_port_rule(ruleset.get(), port));
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno_error("setting no_new_privs", errno);
  if (::syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0)
    return errno_error("applying Landlock", errno);
  return {};
}

}  // namespace lightfast::sandbox
