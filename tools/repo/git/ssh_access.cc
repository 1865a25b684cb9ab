#include "tools/repo/git/ssh_access.h"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <git2.h>
#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "base/files.h"
#include "tools/repo/git/known_hosts.h"
#include "tools/repo/git/names.h"

namespace lightfast::repo {
namespace {

constexpr std::string_view kFile = "LIGHTFAST_SSH_KNOWN_HOSTS_FILE";
constexpr std::string_view kRsaType = "ssh-rsa";

// Of what the host says, line feeds being escaped already.
std::string first_line(const std::string& message) {
  return message.substr(0, message.find("\\n"));
}

// As OpenSSH shows it.
std::string fingerprint(std::string_view sha256) {
  auto text = base64(sha256);
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

}  // namespace

Result<void> SshAccess::prefer_pinned_type(const std::filesystem::path& home) const {
  const auto name = known_host_name(url_.host, url_.port);
  const auto pinned = TRY(KnownHosts::read(source_.known_hosts)).types(name);
  // Not RSA: where a host no longer signs with SHA-1, its key of another type says more.
  const bool prefers = !pinned.empty() && pinned.front() != kRsaType;
  // The library asks for the type of the first line of the host, whatever the key in it.
  const auto line = prefers ? fmt::format("{} {} {:A>24}\n", name, pinned.front(), "") : "";
  const auto directory = home / ".ssh";
  std::error_code failed;
  std::filesystem::create_directory(directory, failed);
  if (failed) return errno_error("preparing the fetch", failed.value());
  TRY(write_file_atomically(directory / "known_hosts", line).during("preparing the fetch"));
  if (::setenv("HOME", home.c_str(), 1) != 0) return errno_error("preparing the fetch", errno);
  return {};
}

std::string SshAccess::address() const {
  constexpr std::uint16_t kUsualPort = 22;
  constexpr std::string_view kOwnHome = "/~/";
  const bool has_short_form = url_.path.starts_with(kOwnHome) && url_.port == kUsualPort &&
                              url_.host.find(':') == std::string::npos;
  if (!has_short_form) return url_.text;
  // Not every host knows what `~` means. In this form the library sends the path without it.
  return fmt::format("{}@{}:{}", url_.user, url_.host, url_.path.substr(kOwnHome.size()));
}

bool SshAccess::trusts(std::string_view key, std::string_view sha256) {
  auto judged = judge(key, sha256);
  trusted_ = judged.has_value();
  if (!trusted_) host_refused_ = std::move(judged).error();
  return trusted_;
}

Result<void> SshAccess::judge(std::string_view key, std::string_view sha256) const {
  const auto host = display_path(url_.host);
  const auto name = known_host_name(url_.host, url_.port);
  const auto known = TRY(KnownHosts::read(source_.known_hosts));
  const auto shown = fmt::format("{} {}", display_path(host_key_type(key)), fingerprint(sha256));
  const auto refused = [](std::string text) {
    return Error{ErrorKind::PermissionDenied, std::move(text)};
  };
  switch (known.judge(name, key)) {
    case HostKeyVerdict::Pinned:
      return {};
    case HostKeyVerdict::UnknownHost:
      return refused(fmt::format(
          "'{}' is not a known host: the file of {} has no line for '{}'. It offers the "
          "key {}; compare that with what the host publishes, then add the key",
          host, kFile, name, shown));
    case HostKeyVerdict::OtherType:
      return refused(
          fmt::format("'{}' offers the key {}, of another type than its keys in the file of {}; "
                      "compare it with what the host publishes, then add it (ssh-keyscan asks for "
                      "all types)",
                      host, shown, kFile));
    case HostKeyVerdict::Changed:
      return refused(
          fmt::format("the host key of '{}' has changed: it offers {}, which is not in the file of "
                      "{}. Somebody may be in between: do not trust the new key before the host's "
                      "operator has confirmed it",
                      host, shown, kFile));
    case HostKeyVerdict::Revoked:
      break;
  }
  return refused(
      fmt::format("the host key of '{}', {}, is marked as revoked in the file of {}: do "
                  "not trust it any more",
                  host, shown, kFile));
}

// Once only: the library asks again and again while the host says no.
bool SshAccess::gives_key(std::string_view address, bool takes_keys) {
  takes_keys_ = takes_keys;
  return ++asked_ == 1 && trusted_ && takes_keys && address == this->address();
}

Error SshAccess::failure(int code, const std::string& message) const {
  const auto shown = display_path(url_.text);
  const auto doing = fmt::format("fetching '{}'", shown);
  if (host_refused_) return Error(*host_refused_).during(doing);
  if (!trusted_ && message.find("exchange encryption keys") != std::string::npos) {
    return {
        ErrorKind::PermissionDenied,
        fmt::format("{}: no agreement with the host on a type of host key that is in the file of "
                    "{}, or on how to encrypt; add the host's keys of all types (ssh-keyscan)",
                    doing, kFile)};
  }
  const bool lacks_login = code == GIT_EAUTH || message.find("authenticate") != std::string::npos;
  if (asked_ > 1 || lacks_login) return key_refused(message).during(doing);
  if (code == GIT_EEOF && asked_ > 0) {
    return {ErrorKind::NotFound, fmt::format("'{}' was not found, or the key may not read it: {}",
                                             shown, first_line(message))};
  }
  return {ErrorKind::Unavailable, fmt::format("{}: {}", doing, message)};
}

Error SshAccess::key_refused(const std::string& message) const {
  const auto host = display_path(url_.host);
  const auto refused = [](std::string text) {
    return Error{ErrorKind::PermissionDenied, std::move(text)};
  };
  if (!takes_keys_)
    return refused(fmt::format("'{}' takes no keys for the user '{}'", host, url_.user));
  if (asked_ == 1)
    return refused(fmt::format("the key in LIGHTFAST_SSH_KEY could not be used: {}", message));
  return refused(
      fmt::format("'{}' refused the key in LIGHTFAST_SSH_KEY for the user '{}': give the host its "
                  "public key, or use an ed25519 one where it is an RSA key (libssh2 signs with "
                  "SHA-1 then, which hosts refuse)",
                  host, url_.user));
}

}  // namespace lightfast::repo
