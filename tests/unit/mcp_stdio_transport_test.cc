#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "mcp/stdio_transport.h"

namespace lightfast::mcp {
namespace {

struct Ends {
  UniqueFd reader, writer;
};

Ends make_pipe() {
  std::array<int, 2> fds{};
  REQUIRE(::pipe2(fds.data(), O_CLOEXEC) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

Ends make_sockets() {
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// A transport and the client's two ends of it.
struct Connection {
  explicit Connection(Ends (*make)()) {
    Ends in = make();
    Ends out = make();
    to_server = std::move(in.writer);
    from_server = std::move(out.reader);
    auto made = StdioTransport::create(std::move(in.reader), std::move(out.writer), stop.get());
    REQUIRE(made.has_value());
    transport = *std::move(made);
  }

  UniqueFd stop{::eventfd(0, EFD_CLOEXEC)};
  UniqueFd to_server, from_server;
  std::unique_ptr<StdioTransport> transport;
};

std::string text_of(const Received& received) {
  const auto* line = std::get_if<Line>(&received);
  REQUIRE(line != nullptr);
  return std::string(line->text);
}

End end_of(const Received& received) {
  REQUIRE(std::holds_alternative<End>(received));
  return std::get<End>(received);
}

constexpr std::array kKinds = {make_pipe, make_sockets};

TEST_CASE("lines go both ways, and the last needs no newline") {
  for (const auto make : kKinds) {
    Connection client(make);
    REQUIRE(write_all(client.to_server.get(), "one\ntwo\nthree").has_value());
    client.to_server.reset();
    CHECK(text_of(client.transport->read()) == "one");
    CHECK(text_of(client.transport->read()) == "two");
    CHECK(text_of(client.transport->read()) == "three");
    CHECK(end_of(client.transport->read()) == End::ClientFinished);
    CHECK(end_of(client.transport->read()) == End::ClientFinished);
    REQUIRE(client.transport->write("four").has_value());
    client.transport.reset();
    CHECK(*read_all(client.from_server.get(), 100) == "four\n");
  }
}

TEST_CASE("a client that does not read holds up no write, and gets all once it reads") {
  for (const auto make : kKinds) {
    Connection client(make);
    const std::string line(100'000, 'x');
    for (int i = 0; i < 5; ++i) REQUIRE(client.transport->write(line).has_value());
    // The reading thread sends the rest while it waits.
    std::string got;
    std::array<char, 4096> chunk{};
    while (got.size() < 5 * (line.size() + 1)) {
      const auto count = ::read(client.from_server.get(), chunk.data(), chunk.size());
      REQUIRE(count > 0);
      got.append(chunk.data(), static_cast<std::size_t>(count));
      REQUIRE(write_all(client.to_server.get(), "more\n").has_value());
      CHECK(text_of(client.transport->read()) == "more");
    }
    CHECK(got.substr(line.size(), 2) == "\nx");
  }
}

TEST_CASE("no more lines are read while too much waits for the client") {
  Connection client(make_pipe);
  REQUIRE(client.transport->write(std::string(2 * StdioTransport::kMaxUnwritten, 'x')).has_value());
  REQUIRE(write_all(client.to_server.get(), "line\n").has_value());
  REQUIRE(::eventfd_write(client.stop.get(), 1) == 0);
  CHECK(end_of(client.transport->read()) == End::StopRequested);
}

TEST_CASE("a client that is gone ends reading and refuses writes") {
  for (const auto make : kKinds) {
    Connection client(make);
    client.from_server.reset();
    CHECK(end_of(client.transport->read()) == End::ClientGone);
    CHECK_FALSE(client.transport->write("x").has_value());
  }
}

TEST_CASE("a stop ends reading") {
  Connection client(make_pipe);
  REQUIRE(::eventfd_write(client.stop.get(), 1) == 0);
  CHECK(end_of(client.transport->read()) == End::StopRequested);
}

TEST_CASE("nothing is written after close") {
  Connection client(make_pipe);
  REQUIRE(client.transport->write("before").has_value());
  client.transport->close();
  CHECK_FALSE(client.transport->write("after").has_value());
  client.transport.reset();
  CHECK(*read_all(client.from_server.get(), 100) == "before\n");
}

// In a child, because it gives away the program's own stdin and stdout.
TEST_CASE("what else is printed goes to stderr and never to the client") {
  Ends in = make_pipe();
  Ends out = make_pipe();
  Ends err = make_pipe();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::dup2(in.reader.get(), 0);
    ::dup2(out.writer.get(), 1);
    ::dup2(err.writer.get(), 2);
    const auto transport = StdioTransport::take_over();
    char byte = 0;
    const bool is_empty = ::read(0, &byte, 1) == 0;
    const bool printed = ::write(1, "noise\n", 6) == 6;
    const bool answered =
        transport.has_value() && (*transport)->write(is_empty ? "answer" : "stdin").has_value();
    ::_exit(printed && answered ? 0 : 1);
  }
  out.writer.reset();
  err.writer.reset();
  CHECK(*read_all(out.reader.get(), 100) == "answer\n");
  CHECK(*read_all(err.reader.get(), 100) == "noise\n");
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace
}  // namespace lightfast::mcp
