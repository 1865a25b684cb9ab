#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "base/sockets.h"

namespace lightfast {
namespace {

SocketPair pair() {
  auto made = make_socket_pair();
  REQUIRE(made.has_value());
  return std::move(*made);
}

TEST_CASE("a packet arrives as it was sent, one at a time", "[sockets]") {
  const auto ends = pair();
  REQUIRE(send_packet(ends.ours.get(), std::string_view("one\0two", 7)).has_value());
  REQUIRE(send_packet(ends.ours.get(), "three").has_value());
  const auto first = receive_packet(ends.theirs.get());
  REQUIRE(first.has_value());
  CHECK(first->bytes == std::string_view("one\0two", 7));
  CHECK(first->fds.empty());
  CHECK_FALSE(first->is_end());
  CHECK(receive_packet(ends.theirs.get())->bytes == "three");
}

TEST_CASE("both directions of a pair carry packets", "[sockets]") {
  const auto ends = pair();
  REQUIRE(send_packet(ends.theirs.get(), "answer").has_value());
  CHECK(receive_packet(ends.ours.get())->bytes == "answer");
}

TEST_CASE("the largest packet arrives whole", "[sockets]") {
  const auto ends = pair();
  const std::string largest(kMaxPacketBytes, 'x');
  REQUIRE(send_packet(ends.ours.get(), largest).has_value());
  CHECK(receive_packet(ends.theirs.get())->bytes == largest);
}

TEST_CASE("a packet longer than allowed is refused, not cut", "[sockets]") {
  const auto ends = pair();
  const std::string longer(kMaxPacketBytes + 1, 'x');
  REQUIRE(::send(ends.ours.get(), longer.data(), longer.size(), 0) ==
          static_cast<ssize_t>(longer.size()));
  const auto received = receive_packet(ends.theirs.get());
  REQUIRE_FALSE(received.has_value());
  CHECK(received.error().kind == ErrorKind::Corrupt);
}

TEST_CASE("descriptors arrive in order, working and close-on-exec", "[sockets]") {
  const auto ends = pair();
  std::array<int, 2> pipe_ends = {-1, -1};
  REQUIRE(::pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
  UniqueFd reading(pipe_ends[0]);
  UniqueFd writing(pipe_ends[1]);
  REQUIRE(send_packet(ends.ours.get(), "both ends", pipe_ends).has_value());
  reading.reset();
  writing.reset();

  auto packet = receive_packet(ends.theirs.get());
  REQUIRE(packet.has_value());
  REQUIRE(packet->fds.size() == 2);
  for (const auto& fd : packet->fds) CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  REQUIRE(write_all(packet->fds[1].get(), "through").has_value());
  packet->fds[1].reset();
  CHECK(read_all(packet->fds[0].get(), 100).value() == "through");
}

TEST_CASE("a packet carries as many descriptors as allowed", "[sockets]") {
  const auto ends = pair();
  std::array<int, kMaxPacketFds> same = {};
  same.fill(ends.ours.get());
  REQUIRE(send_packet(ends.ours.get(), "many", same).has_value());
  CHECK(receive_packet(ends.theirs.get())->fds.size() == kMaxPacketFds);
}

TEST_CASE("the end of the other side comes behind what it sent", "[sockets]") {
  auto ends = pair();
  REQUIRE(send_packet(ends.ours.get(), "last").has_value());
  ends.ours.reset();
  CHECK(receive_packet(ends.theirs.get())->bytes == "last");
  const auto end = receive_packet(ends.theirs.get());
  REQUIRE(end.has_value());
  CHECK(end->is_end());
}

TEST_CASE("sending to a side that is gone is Unavailable and raises no signal", "[sockets]") {
  auto ends = pair();
  ends.theirs.reset();
  const auto sent = send_packet(ends.ours.get(), "lost");
  REQUIRE_FALSE(sent.has_value());
  CHECK(sent.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("both ends of a pair are close-on-exec", "[sockets]") {
  const auto ends = pair();
  CHECK((::fcntl(ends.ours.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(ends.theirs.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

}  // namespace
}  // namespace lightfast
