#include <string>

#include <catch2/catch.hpp>
#include <spdlog/fmt/fmt.h>

#include "base/base64.h"
#include "tools/repo/git/known_hosts.h"

namespace lightfast::repo {
namespace {

// A key of a type as RFC 4253 writes it: texts with their lengths before them. What is in it does
// not matter here.
std::string key_of(const std::string& type, char filling) {
  constexpr std::size_t kSize = 32;
  const auto with_length = [](const std::string& text) {
    return std::string(3, '\0') + static_cast<char>(text.size()) + text;
  };
  return with_length(type) + with_length(std::string(kSize, filling));
}

std::string line(const std::string& hosts, const std::string& key) {
  return fmt::format("{} {} {}\n", hosts, host_key_type(key), base64(key));
}

constexpr const char* kHost = "git.example";
constexpr const char* kOnPort = "[git.example]:2222";

std::string edwards_key() { return key_of("ssh-ed25519", 'a'); }
std::string other_edwards_key() { return key_of("ssh-ed25519", 'b'); }
std::string curve_key() { return key_of("ecdsa-sha2-nistp256", 'c'); }

HostKeyVerdict verdict(const std::string& text, const std::string& host, const std::string& key) {
  auto known = KnownHosts::read(text);
  REQUIRE(known.has_value());
  return known->judge(host, key);
}

TEST_CASE("a host is called by its port when that is not 22") {
  CHECK(known_host_name("git.example", 22) == "git.example");
  CHECK(known_host_name("git.example", 2222) == "[git.example]:2222");
  CHECK(known_host_name("::1", 2222) == "[::1]:2222");
}

TEST_CASE("a key says its type") {
  CHECK(host_key_type(edwards_key()) == "ssh-ed25519");
  CHECK(host_key_type("").empty());
  CHECK(host_key_type(std::string("\0\0\0\7short", 9)).empty());
  CHECK(host_key_type("\xFF\xFF\xFF\xFFx").empty());
}

TEST_CASE("what known hosts say of a key that is offered") {
  using enum HostKeyVerdict;
  struct Case {
    std::string name, text, host, key;
    HostKeyVerdict verdict;
  };
  const auto pinned = line(kHost, edwards_key());
  const auto revoked = "@revoked * " + line("", edwards_key());
  const Case cases[] = {
      {"one line", pinned, kHost, edwards_key(), Pinned},
      {"among others", "# comment\n\n" + line("a.example", curve_key()) + pinned, kHost,
       edwards_key(), Pinned},
      {"several names", line("one.example,git.example,10.0.0.1", edwards_key()), kHost,
       edwards_key(), Pinned},
      {"several keys of a type", line(kHost, other_edwards_key()) + pinned, kHost, edwards_key(),
       Pinned},
      {"a comment after the key",
       fmt::format("{} ssh-ed25519 {} of a host\n", kHost, base64(edwards_key())), kHost,
       edwards_key(), Pinned},
      {"lines of DOS", fmt::format("{} ssh-ed25519 {}\r\n", kHost, base64(edwards_key())), kHost,
       edwards_key(), Pinned},
      {"no line feed at the end", pinned.substr(0, pinned.size() - 1), kHost, edwards_key(),
       Pinned},
      {"a short name", line("h", edwards_key()) + line("gh", curve_key()), "h", edwards_key(),
       Pinned},
      {"another short name", line("h", edwards_key()) + line("gh", curve_key()), "gh",
       edwards_key(), OtherType},
      {"of its port", line(kOnPort, edwards_key()), kOnPort, edwards_key(), Pinned},

      {"nothing", "", kHost, edwards_key(), UnknownHost},
      {"another host", line("git.example.org", edwards_key()), kHost, edwards_key(), UnknownHost},
      {"another port", line("[git.example]:22", edwards_key()), kOnPort, edwards_key(),
       UnknownHost},
      {"the port left out", pinned, kOnPort, edwards_key(), UnknownHost},
      {"a pattern", line("*.example", edwards_key()) + line("*", edwards_key()), kHost,
       edwards_key(), UnknownHost},
      {"an authority's key", "@cert-authority " + pinned, kHost, edwards_key(), UnknownHost},
      {"an authority for all", "@cert-authority * " + line("", edwards_key()), kHost, edwards_key(),
       UnknownHost},
      {"a marker nobody knows", "@unknown " + pinned, kHost, edwards_key(), UnknownHost},
      {"a marker with blanks before it", " \t@cert-authority " + pinned, kHost, edwards_key(),
       UnknownHost},
      {"the marker is no host", "@cert-authority " + pinned, "@cert-authority", edwards_key(),
       UnknownHost},
      {"a comment", "#" + pinned, kHost, edwards_key(), UnknownHost},
      {"a cut line", std::string("git.example ssh-ed25519\ngit.example\n"), kHost, edwards_key(),
       UnknownHost},
      {"no key offered", pinned, kHost, "", UnknownHost},

      {"another key", line(kHost, other_edwards_key()), kHost, edwards_key(), Changed},
      {"the beginning of the key", line(kHost, edwards_key().substr(0, 30)), kHost, edwards_key(),
       Changed},
      {"a longer key", line(kHost, edwards_key() + "x"), kHost, edwards_key(), Changed},
      {"another type", line(kHost, curve_key()), kHost, edwards_key(), OtherType},
      {"an authority beside another key",
       line(kHost, other_edwards_key()) + "@cert-authority " + pinned, kHost, edwards_key(),
       Changed},

      {"revoked for all", pinned + revoked, kHost, edwards_key(), Revoked},
      {"revoked before it is pinned", revoked + pinned, kHost, edwards_key(), Revoked},
      {"revoked for another host", pinned + "@revoked " + line("a.example", edwards_key()), kHost,
       edwards_key(), Revoked},
      {"revoked with blanks",
       pinned + "  @revoked\t*\tssh-ed25519\t" + base64(edwards_key()) + "\t x\r\n", kHost,
       edwards_key(), Revoked},
      {"revoked and not pinned", revoked, kHost, edwards_key(), Revoked},
      {"another key revoked", pinned + "@revoked * " + line("", other_edwards_key()), kHost,
       edwards_key(), Pinned},
  };
  for (const auto& each : cases) {
    INFO(each.name);
    CHECK(verdict(each.text, each.host, each.key) == each.verdict);
  }
}

TEST_CASE("hashed names are those that they were made of") {
  // By `ssh-keygen -H`, of git.example and [git.example]:2222.
  const auto plain =
      fmt::format("|1|+NpEwM6hNMC2AltUBlncAeV/cWg=|LKNlP3usrmFmqNn9LP1S3H9bpm4= ssh-ed25519 {}\n",
                  base64(edwards_key()));
  const auto on_port =
      fmt::format("|1|70qwtv1gCxgy9mIEBMJB4JoBgG8=|gQ7brJa61hM0H23HBbE2KQEH08s= ssh-ed25519 {}\n",
                  base64(edwards_key()));
  CHECK(verdict(plain, kHost, edwards_key()) == HostKeyVerdict::Pinned);
  CHECK(verdict(plain, kHost, other_edwards_key()) == HostKeyVerdict::Changed);
  CHECK(verdict(plain, "git.example.org", edwards_key()) == HostKeyVerdict::UnknownHost);
  CHECK(verdict(plain, kOnPort, edwards_key()) == HostKeyVerdict::UnknownHost);
  CHECK(verdict(on_port, kOnPort, edwards_key()) == HostKeyVerdict::Pinned);
  CHECK(verdict("|1|AAAA|AAAA" + plain.substr(plain.find(' ')), kHost, edwards_key()) ==
        HostKeyVerdict::UnknownHost);
}

TEST_CASE("the types that are pinned for a host come in the order of preference") {
  const auto text = line(kHost, key_of("ssh-rsa", 'r')) + line(kHost, curve_key()) +
                    line(kHost, edwards_key()) +
                    line("a.example", key_of("ecdsa-sha2-nistp521", 'x')) + "@cert-authority " +
                    line(kHost, key_of("ecdsa-sha2-nistp384", 'y'));
  const auto known = KnownHosts::read(text);
  REQUIRE(known.has_value());
  CHECK(known->types(kHost) ==
        std::vector<std::string>{"ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"});
  CHECK(known->types("b.example").empty());
}

}  // namespace
}  // namespace lightfast::repo
