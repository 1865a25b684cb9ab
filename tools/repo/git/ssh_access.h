// What a fetch over ssh needs besides one over https: which key the host must have, our own key,
// and what a failure means. The host's key is always compared, byte for byte, with those that are
// pinned; nothing of ~/.ssh is read, and no agent is asked.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tools/repo/git/request.h"
#include "tools/repo/git/url.h"

namespace lightfast::repo {

class SshAccess {
 public:
  // Both outlive it.
  SshAccess(const RemoteUrl& url, const RemoteSource& source) : url_(url), source_(source) {}

  // Has the library ask for a host key of a type that is pinned. It reads which that is from a file
  // below the directory HOME, which is written in `home`. Before any other thread starts.
  [[nodiscard]] Result<void> prefer_pinned_type(const std::filesystem::path& home) const;

  // What the library is given as the address.
  [[nodiscard]] std::string address() const;

  // Whether the host is the right one: `key` is what it offers, in the form of RFC 4253, and
  // `sha256` its hash.
  bool trusts(std::string_view key, std::string_view sha256);

  // Whether the host is to be given our key, being asked for it for `address`.
  bool gives_key(std::string_view address, bool takes_keys);

  // Why the connection ended, `code` and `message` being the library's words.
  [[nodiscard]] Error failure(int code, const std::string& message) const;

 private:
  [[nodiscard]] Result<void> judge(std::string_view key, std::string_view sha256) const;
  [[nodiscard]] Error key_refused(const std::string& message) const;

  const RemoteUrl& url_;
  const RemoteSource& source_;
  std::optional<Error> host_refused_;  // by us
  bool trusted_ = false;               // the host's key is one of those pinned
  bool takes_keys_ = true;
  int asked_ = 0;
};

}  // namespace lightfast::repo
