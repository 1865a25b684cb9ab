// What the server gives up, tried for real in a child.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "sandbox/confine.h"
#include "sandbox/landlock.h"
#include "sandbox_child.h"
#include "temp_directory.h"

namespace lightfast::sandbox {
namespace {

using test::Attempt;
using test::errno_in_child;

constexpr std::uint64_t kNetworkAbi = 4;

Attempt connecting(std::uint16_t port) {
  return [port] {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  };
}

Attempt opening(const std::filesystem::path& path) {
  return [path] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); };
}

int errno_behind(const ServerPaths& paths, const Attempt& attempt) {
  return errno_in_child([&paths] { return confine_server(paths).has_value(); }, attempt);
}

// Nobody listens on these, so what is allowed is refused by the other side.
constexpr std::uint16_t kAllowed = 1, kOther = 2;

TEST_CASE("a server connects to the ports it is given and to no other", "[confine]") {
  if (landlock_abi() < kNetworkAbi) {
    WARN("this kernel's Landlock has no rules for ports: nothing is tested");
    return;
  }
  CHECK(errno_behind({}, connecting(kAllowed)) == EACCES);
  CHECK(errno_behind({.connect_ports = {kAllowed}}, connecting(kAllowed)) == ECONNREFUSED);
  CHECK(errno_behind({.connect_ports = {kAllowed}}, connecting(kOther)) == EACCES);
}

TEST_CASE("only a server that connects reads what names are looked up by", "[confine]") {
  if (landlock_abi() == 0) return;
  CHECK(errno_behind({}, opening("/etc/hosts")) == EACCES);
  CHECK(errno_behind({.connect_ports = {kAllowed}}, opening("/etc/hosts")) == 0);
  const test::TempDirectory here;
  const auto file = here.with_file("file", "x");
  CHECK(errno_behind({.connect_ports = {kAllowed}}, opening(file)) == EACCES);
}

}  // namespace
}  // namespace lightfast::sandbox
