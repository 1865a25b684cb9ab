#include <grp.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "sandbox/apply.h"

namespace lightfast::sandbox {
namespace {

using CapabilityData =
    std::array<__user_cap_data_struct, 2>;  // 64 capabilities in two words (version 3)

__user_cap_header_struct own_header() { return {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0}; }

std::uint32_t low(std::uint64_t mask) { return static_cast<std::uint32_t>(mask & 0xFFFFFFFFU); }
std::uint32_t high(std::uint64_t mask) { return static_cast<std::uint32_t>(mask >> 32U); }

// Lowering the bounding set takes CAP_SETPCAP; a process without it has nothing to lower.
void lower_bounding_set(std::uint64_t keep_mask) {
  for (unsigned long capability = 0;; ++capability) {
    const bool keep = (keep_mask >> capability & 1U) != 0;
    const int what = keep ? PR_CAPBSET_READ : PR_CAPBSET_DROP;
    if (::prctl(what, capability, 0, 0, 0) < 0) return;  // there is none of this number
  }
}

}  // namespace

Result<std::uint64_t> effective_capabilities() {
  auto header = own_header();
  CapabilityData data = {};
  if (::syscall(SYS_capget, &header, data.data()) != 0)
    return errno_error("reading capabilities", errno);
  return data[0].effective | static_cast<std::uint64_t>(data[1].effective) << 32U;
}

Result<void> keep_only_capabilities(std::uint64_t keep_mask) {
  auto header = own_header();
  CapabilityData data = {};
  if (::syscall(SYS_capget, &header, data.data()) != 0)
    return errno_error("reading capabilities", errno);
  lower_bounding_set(keep_mask);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  const std::array<std::uint32_t, 2> keep = {low(keep_mask), high(keep_mask)};
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i].permitted &= keep[i];
    data[i].effective = data[i].permitted;
    data[i].inheritable = 0;
  }
  if (::syscall(SYS_capset, &header, data.data()) != 0)
    return errno_error("dropping capabilities", errno);
  return {};
}

Result<void> become_user_with(std::uint32_t id, int capability) {
  const std::uint64_t mask = 1ULL << static_cast<unsigned>(capability);
  lower_bounding_set(mask);
  // Without the fixup a change of user keeps capabilities, and access(2), which libgit2 asks about
  // loose objects, takes them into account (capabilities(7)).
  if (::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) != 0)
    return errno_error("keeping a capability", errno);
  if (::setgroups(0, nullptr) != 0) return errno_error("dropping groups", errno);
  if (::setresgid(id, id, id) != 0 || ::setresuid(id, id, id) != 0)
    return errno_error("changing user", errno);
  auto header = own_header();
  const __user_cap_data_struct low_word = {
      .effective = low(mask), .permitted = low(mask), .inheritable = low(mask)};
  const __user_cap_data_struct high_word = {
      .effective = high(mask), .permitted = high(mask), .inheritable = high(mask)};
  const CapabilityData data = {low_word, high_word};
  if (::syscall(SYS_capset, &header, data.data()) != 0)
    return errno_error("keeping a capability", errno);
  if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) {
    return errno_error("keeping a capability", errno);
  }
  return {};
}

Result<void> drop_all_capabilities() {
  TRY(keep_only_capabilities(0));
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno_error("setting no_new_privs", errno);
  return {};
}

}  // namespace lightfast::sandbox
