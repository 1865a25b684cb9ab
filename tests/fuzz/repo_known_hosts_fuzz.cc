// Known hosts, after a first byte that says which key is offered: whatever the text, a key that no
// line pins for the host as it stands is never the pinned one, and a revoked one never good.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "tools/repo/git/known_hosts.h"

namespace {

using lightfast::repo::HostKeyVerdict;
using lightfast::repo::KnownHosts;

HostKeyVerdict verdict(const std::string& text, const std::string& key) {
  const auto known = KnownHosts::read(text);
  assert(known.has_value());
  for (const auto& type : known->types("git.example")) assert(!type.empty());
  return known->judge("git.example", key);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string key = std::string("\0\0\0\x0Bssh-ed25519\0\0\0\x20", 19) +
                          std::string(32, static_cast<char>('a' + data[0] % 2));
  const auto line = "ssh-ed25519 " + lightfast::base64(key) + "\n";
  const auto found = verdict(text, key);
  assert(found != HostKeyVerdict::Pinned || text.find(lightfast::base64(key)) != std::string::npos);
  assert(verdict("@revoked * " + line + text, key) == HostKeyVerdict::Revoked);
  const auto with_line = verdict("git.example " + line + text, key);
  assert(with_line == HostKeyVerdict::Pinned || with_line == HostKeyVerdict::Revoked);
  (void)lightfast::repo::host_key_type(text);
  return 0;
}
