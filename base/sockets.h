// Messages with descriptors between our own processes: SOCK_SEQPACKET pairs, one message per send.
// Blocking unless said.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast {

struct SocketPair {
  UniqueFd ours, theirs;
};

// A connected pair; both ends close-on-exec.
Result<SocketPair> make_socket_pair();

struct Packet {
  std::string bytes;  // empty with no descriptors: the other end is closed
  std::vector<UniqueFd> fds;
  [[nodiscard]] bool is_end() const { return bytes.empty() && fds.empty(); }
};

inline constexpr std::size_t kMaxPacketBytes =
    std::size_t{96} * 1024;  // within the default socket buffer
inline constexpr std::size_t kMaxPacketFds = 8;

// Sends one message; Unavailable when the other end is gone.
Result<void> send_packet(int socket, std::string_view bytes, std::span<const int> fds = {});

// Receives one message, waiting for it. Received descriptors are close-on-exec.
Result<Packet> receive_packet(int socket);

}  // namespace lightfast
