#include <string>

#include <catch2/catch.hpp>

#include "base/base64.h"
#include "tools/repo/ssh_options.h"

namespace lightfast::repo {
namespace {

std::string armoured(const std::string& what, const std::string& body) {
  return "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----";
}

// A key in OpenSSH's format as far as it is looked at.
std::string openssh_key(const std::string& cipher) {
  const auto bytes = std::string("openssh-key-v1\0\0\0\0", 18) + static_cast<char>(cipher.size()) +
                     cipher + "s3cret";
  auto body = base64(bytes);
  body.insert(10, "\n");
  return armoured("OPENSSH PRIVATE KEY", body);
}

TEST_CASE("private keys without a passphrase are taken") {
  for (const auto& key :
       {openssh_key("none"), openssh_key("none") + "\n", armoured("EC PRIVATE KEY", "AAAA"),
        armoured("RSA PRIVATE KEY", "AAAA"), armoured("PRIVATE KEY", "AAAA")}) {
    INFO(key);
    CHECK(check_private_key(key).has_value());
  }
}

TEST_CASE("what is no usable private key is said, and nothing of it repeated") {
  struct Case {
    std::string key, says;
  };
  const Case cases[] = {
      {openssh_key("aes256-ctr"), "passphrase"},
      {armoured("ENCRYPTED PRIVATE KEY", "s3cret"), "passphrase"},
      {armoured("EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\n\ns3cret"), "passphrase"},
      {"ssh-ed25519 AAAAs3cret me", "public key"},
      {"ecdsa-sha2-nistp256 AAAAs3cret", "public key"},
      {armoured("PUBLIC KEY", "s3cret"), "not a private key"},
      {"s3cret", "not a private key"},
      {"PuTTY-User-Key-File-3: s3cret", "not a private key"},
      {armoured("OPENSSH PRIVATE KEY", "s3cret"), "damaged"},
      {"-----BEGIN OPENSSH PRIVATE KEY-----", "damaged"},
      {armoured("OPENSSH PRIVATE KEY", base64("another s3cret format")), "damaged"},
  };
  for (const auto& [key, says] : cases) {
    INFO(key);
    const auto checked = check_private_key(key);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().kind == ErrorKind::InvalidArgument);
    CHECK_THAT(checked.error().message,
               Catch::Contains(says) && Catch::Contains("LIGHTFAST_SSH_KEY"));
    CHECK_THAT(checked.error().message, !Catch::Contains("s3cret"));
  }
}

TEST_CASE("what a repository over ssh lacks is named, with how to make it") {
  struct Case {
    std::string key, known_hosts;
    std::vector<std::string> says;
  };
  const Case cases[] = {
      {"", "h ssh-ed25519 AAAA", {"LIGHTFAST_SSH_KEY_FILE", "ssh-keygen -t ed25519"}},
      {openssh_key("none"),
       "",
       {"LIGHTFAST_SSH_KNOWN_HOSTS_FILE", "ssh-keyscan -p 2222 git.example > FILE", "fingerprint"}},
      {openssh_key("none"), std::string("\0\1", 2), {"LIGHTFAST_SSH_KNOWN_HOSTS_FILE"}},
      {"ssh-ed25519 AAAA", "h ssh-ed25519 AAAA", {"public key"}},
  };
  const auto url = parse_remote_url("ssh://git@git.example:2222/x");
  REQUIRE(url.has_value());
  RepoOptions options{.org = {}, .source = url->text, .data_dir = {}};
  for (const auto& [key, known_hosts, says] : cases) {
    options.ssh_key = key;
    options.known_hosts = known_hosts;
    const auto checked = check_ssh_options(options, *url);
    REQUIRE_FALSE(checked.has_value());
    CHECK(checked.error().kind == ErrorKind::InvalidArgument);
    for (const auto& words : says) CHECK_THAT(checked.error().message, Catch::Contains(words));
  }
  options.ssh_key = openssh_key("none");
  options.known_hosts = "git.example ssh-ed25519 AAAA größe\r\n";
  CHECK(check_ssh_options(options, *url).has_value());
}

}  // namespace
}  // namespace lightfast::repo
