// The keys that hosts must have: a file in OpenSSH's known_hosts format (sshd(8)), from its text.
//
// Of its lines count those with names written out or hashed, for one key each, and `@revoked`.
// Patterns (`*`) name no host. A line of `@cert-authority` pins no key of a host and is passed
// over, like one that cannot be read; what is passed over never makes a host known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace lightfast::repo {

enum class HostKeyVerdict {
  Pinned,
  UnknownHost,  // no key of the host is pinned
  OtherType,    // keys of the host are pinned, but none of this type
  Changed,      // another key of this type is pinned
  Revoked,      // the key is named by a line of `@revoked`, for whatever host
};

// How a host is called in the file: `host`, or `[host]:port` when the port is not 22.
std::string known_host_name(const std::string& host, std::uint16_t port);

// The type that a public key in the form of RFC 4253 (section 6.6) begins with; empty when it does
// not.
std::string host_key_type(std::string_view key);

class KnownHosts {
 public:
  static Result<KnownHosts> read(std::string_view text);
  KnownHosts(KnownHosts&&) noexcept;
  KnownHosts& operator=(KnownHosts&&) noexcept;
  ~KnownHosts();

  // `key` as the host offers it, in the form of RFC 4253.
  [[nodiscard]] HostKeyVerdict judge(const std::string& host_name, std::string_view key) const;

  // The types of the keys that are pinned for a host, those to prefer first.
  [[nodiscard]] std::vector<std::string> types(const std::string& host_name) const;

 private:
  struct Entries;  // libssh2's
  explicit KnownHosts(std::unique_ptr<Entries> entries);

  std::unique_ptr<Entries> entries_;
  std::vector<std::string> revoked_;  // keys
};

}  // namespace lightfast::repo
