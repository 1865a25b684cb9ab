#include "tools/repo/ssh_options.h"

#include <algorithm>
#include <optional>
#include <string>

#include <spdlog/fmt/fmt.h>

#include "base/base64.h"

namespace lightfast::repo {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kOpenSsh = "-----BEGIN OPENSSH PRIVATE KEY-----";

Error invalid(std::string message) {
  return {ErrorKind::InvalidArgument, std::move(message), "repo"};
}

Error invalid_key(std::string_view what) {
  return invalid(fmt::format("LIGHTFAST_SSH_KEY: {}", what));
}

Error needs_passphrase() {
  return invalid_key(
      "the private key is protected by a passphrase, which nobody could enter here: use a key of "
      "its own without one (`ssh-keygen -t ed25519 -N '' -f FILE`)");
}

// The bytes between the lines of dashes.
std::optional<std::string> armoured_bytes(std::string_view text) {
  text.remove_prefix(kOpenSsh.size());
  std::string body;
  for (const char byte : text.substr(0, text.find('-'))) {
    if (byte != '\n' && byte != '\r') body.push_back(byte);
  }
  return base64_decoded(body);
}

// The file begins with its magic and, as a length of four bytes and a text, the name of the cipher:
// PROTOCOL.key of OpenSSH.
Result<void> check_openssh_key(std::string_view text) {
  constexpr std::string_view kPlain("openssh-key-v1\0\0\0\0\4none", 23);
  constexpr std::string_view kMagic = kPlain.substr(0, 15);
  const auto bytes = armoured_bytes(text);
  if (!bytes || !bytes->starts_with(kMagic)) return invalid_key("the private key is damaged");
  if (bytes->starts_with(kPlain)) return {};
  return needs_passphrase();
}

bool is_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char byte) {
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= 0x20 && byte != 0x7F);
  });
}

std::string scan_command(const RemoteUrl& url) {
  constexpr std::uint16_t kUsualPort = 22;
  const auto port = url.port == kUsualPort ? std::string() : fmt::format("-p {} ", url.port);
  return fmt::format("ssh-keyscan {}{} > FILE", port, url.host);
}

}  // namespace

Result<void> check_private_key(std::string_view text) {
  if (text.starts_with(kOpenSsh)) return check_openssh_key(text);
  if (text.starts_with("ssh-") || text.starts_with("ecdsa-"))
    return invalid_key("this is a public key; the private one is in the file without .pub");
  const auto first_line = text.substr(0, text.find('\n'));
  if (!text.starts_with(kBegin) || first_line.find("PRIVATE KEY-----") == std::string_view::npos)
    return invalid_key(
        "not a private key as ssh-keygen writes it (-----BEGIN ... PRIVATE KEY-----)");
  const bool is_encrypted = first_line.find("ENCRYPTED") != std::string_view::npos ||
                            text.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
  if (!is_encrypted) return {};
  return needs_passphrase();
}

Result<void> check_ssh_options(const RepoOptions& options, const RemoteUrl& url) {
  if (options.ssh_key.empty()) {
    return invalid(
        "a repository over ssh needs a key: make one with `ssh-keygen -t ed25519 -N '' -f FILE`, "
        "give the host FILE.pub as a key that may only read, and set LIGHTFAST_SSH_KEY_FILE to "
        "FILE");
  }
  if (options.known_hosts.empty()) {
    return invalid(fmt::format(
        "a repository over ssh needs the host's keys: make a file with `{}`, compare its "
        "fingerprints (`ssh-keygen -lf FILE`) with those that the host publishes, and set "
        "LIGHTFAST_SSH_KNOWN_HOSTS_FILE to FILE",
        scan_command(url)));
  }
  if (!is_text(options.known_hosts) || options.known_hosts.size() > kMaxKnownHosts) {
    return invalid(
        "LIGHTFAST_SSH_KNOWN_HOSTS_FILE: not a file of known hosts as ssh-keyscan writes it");
  }
  return check_private_key(options.ssh_key);
}

}  // namespace lightfast::repo
