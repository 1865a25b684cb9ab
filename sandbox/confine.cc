#include "sandbox/confine.h"

#include <array>

#include "base/files.h"
#include "sandbox/apply.h"
#include "sandbox/landlock.h"
#include "sandbox/toolbox_sources.h"

namespace lightfast::sandbox {
namespace {

constexpr std::array kSystem = {
    "/usr",           "/bin",       "/lib",  "/lib64",      "/etc/ld.so.conf", "/etc/ld.so.conf.d",
    "/etc/localtime", "/etc/magic", "/proc", "/dev/urandom"};

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
  return apply_landlock(policy).during("confining the server");
}

}  // namespace lightfast::sandbox
