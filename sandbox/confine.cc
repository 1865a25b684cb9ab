#include "sandbox/confine.h"

#include <array>
#include <utility>

#include "base/files.h"
#include "sandbox/apply.h"
#include "sandbox/landlock.h"
#include "sandbox/toolbox_sources.h"

namespace lightfast::sandbox {
namespace {

constexpr std::array kSystem = {
    "/usr",           "/bin",       "/lib",  "/lib64",      "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/localtime", "/etc/magic", "/proc", "/dev/urandom"};

// What names are looked up by (nsswitch.conf(5), resolv.conf(5), gai.conf(5), host.conf(5)), and
// certificates; where resolv.conf is a link, the directories that it may point to.
constexpr std::array kNetwork = {"/etc/resolv.conf",
                                 "/etc/hosts",
                                 "/etc/nsswitch.conf",
                                 "/etc/gai.conf",
                                 "/etc/host.conf",
                                 "/run/systemd/resolve",
                                 "/run/NetworkManager",
                                 "/run/resolvconf",
                                 "/etc/ssl",
                                 "/etc/pki",
                                 "/etc/ca-certificates"};
constexpr std::uint16_t kDns = 53;  // over TCP where an answer is long (RFC 7766)

void allow_network(LandlockPolicy& policy, std::vector<std::uint16_t> ports) {
  if (ports.empty()) return;
  for (const char* path : kNetwork) policy.rules.push_back({path, Grant::Read, true});
  policy.connect_ports = std::move(ports);
  policy.connect_ports.push_back(kDns);
}

}  // namespace

Result<void> confine_server(const ServerPaths& paths) {
  TRY(drop_all_capabilities());
  LandlockPolicy policy;
  for (const char* path : kSystem) policy.rules.push_back({path, Grant::Read, true});
  policy.rules.push_back({"/dev/null", Grant::Device});
  // Copied into the toolbox.
  if (const auto zygote = installed_file(kZygoteFile))
    policy.rules.push_back({zygote->string(), Grant::Read});
  for (const auto& path : paths.read) policy.rules.push_back({path.string(), Grant::Read, true});
  for (const auto& path : paths.write) policy.rules.push_back({path.string(), Grant::ReadWrite});
  allow_network(policy, paths.connect_ports);
  return apply_landlock(policy).during("confining the server");
}

}  // namespace lightfast::sandbox
