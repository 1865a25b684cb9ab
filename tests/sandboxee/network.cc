#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "attempts.h"
#include "base/handles.h"

namespace lightfast::sandboxee {
namespace {

UniqueFd open_socket(int family, int type) {
  return UniqueFd(::socket(family, type | SOCK_CLOEXEC, 0));
}

sockaddr_in loopback(const std::string& port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::strtoul(port.c_str(), nullptr, 10)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Outcome connect_tcp(Words words) {
  const UniqueFd socket = open_socket(AF_INET, SOCK_STREAM);
  if (!socket) return by(-1);
  const auto address = loopback(words[0]);
  return by(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

Outcome send_udp(Words words) {
  const UniqueFd socket = open_socket(AF_INET, SOCK_DGRAM);
  if (!socket) return by(-1);
  const auto address = loopback(words[0]);
  return by(::sendto(socket.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&address),
                     sizeof address));
}

// `name` with a leading zero byte is one in no file system (unix(7)).
Outcome connect_unix(const std::string& name) {
  const UniqueFd socket = open_socket(AF_UNIX, SOCK_STREAM);
  if (!socket) return by(-1);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) return not_tried("the name is too long");
  std::ranges::copy(name, address.sun_path);
  const auto size = offsetof(sockaddr_un, sun_path) + name.size();
  return by(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address),
                      static_cast<socklen_t>(size)));
}

Outcome connect_path(Words words) { return connect_unix(words[0]); }

Outcome connect_abstract(Words words) { return connect_unix(std::string(1, '\0') + words[0]); }

// Answers `request` about the interface `name`.
long ask(unsigned long request, const std::string& name, ifreq& about) {
  const UniqueFd socket = open_socket(AF_INET, SOCK_DGRAM);
  if (!socket) return -1;
  std::copy_n(name.begin(), std::min(name.size(), sizeof about.ifr_name - 1), about.ifr_name);
  return ::ioctl(socket.get(), request, &about);
}

Outcome see_interface(Words words) {
  ifreq about = {};
  return by(ask(SIOCGIFINDEX, words[0], about));
}

Outcome use_loopback(Words /*words*/) {
  ifreq about = {};
  if (ask(SIOCGIFFLAGS, "lo", about) < 0) return by(-1);
  return by_finding((about.ifr_flags & IFF_UP) != 0, "it is down");
}

constexpr std::array<Attempt, 6> kAttempts = {{
    {"connect-tcp", 1, connect_tcp},
    {"send-udp", 1, send_udp},
    {"connect-path", 1, connect_path},
    {"connect-abstract", 1, connect_abstract},
    {"see-interface", 1, see_interface},
    {"use-loopback", 0, use_loopback},
}};

}  // namespace

std::span<const Attempt> attempts_on_network() { return kAttempts; }

}  // namespace lightfast::sandboxee
