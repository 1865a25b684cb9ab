// A Memory service on the loopback that does what a test says, at the level of bytes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "base/guarded.h"
#include "base/handles.h"

namespace lightfast::test {

// One request, and the connection that its answer is awaited on.
struct DoubleExchange {
  int socket = -1;
  std::string head = {}, body = {};

  // False once the client has gone.
  [[nodiscard]] bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // One whole answer.
  void reply(int status, std::string_view content, std::string_view headers = "") const {
    (void)send("HTTP/1.1 " + std::to_string(status) + " Said So\r\n" + std::string(headers) +
               "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" +
               std::string(content));
  }

  // Says nothing until the client has gone.
  void hang() const {
    std::string ignored(4096, '\0');
    while (::recv(socket, ignored.data(), ignored.size(), 0) > 0) continue;
  }

  // The value of a header, by its exact name.
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const auto begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class MemoryDouble {
 public:
  using Behave = std::function<void(const DoubleExchange&)>;  // on a thread of each connection

  explicit MemoryDouble(Behave behave) : behave_(std::move(behave)) { start(); }
  ~MemoryDouble() { stop(); }
  MemoryDouble(const MemoryDouble&) = delete;
  MemoryDouble& operator=(const MemoryDouble&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void behave(Behave behave) {
    behave_.with([&](auto& now) { now = std::move(behave); });
  }
  // All requests, in the order in which they came.
  std::vector<DoubleExchange> requests() {
    return requests_.with([](const auto& all) { return all; });
  }
  std::size_t connections() { return connections_; }

  // Listens, on the same port as before if there was one.
  void start() {
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_.get(), 64) == 0);
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::jthread([this] { accept(); });
  }

  // Ends every connection, and then nobody listens.
  void stop() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_ = {};
    open_.with([](auto& open) {
      for (auto& each : open) ::shutdown(each.socket.get(), SHUT_RDWR);
    });
    open_.with([](auto& open) { std::exchange(open, {}); });
    listener_.reset();
  }

 private:
  struct Open {
    UniqueFd socket;
    std::jthread thread;  // ends before the socket is closed
  };

  void accept() {
    for (;;) {
      UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      ++connections_;
      const int socket = client.get();
      open_.with([&](auto& open) {
        open.push_back({std::move(client), std::jthread([this, socket] { serve(socket); })});
      });
    }
  }

  void serve(int socket) {
    std::string bytes;
    while (auto exchange = read(socket, bytes)) {
      requests_.with([&](auto& all) { all.push_back(*exchange); });
      behave_.with([](const auto& behave) { return behave; })(*exchange);
    }
    ::shutdown(socket, SHUT_RDWR);
  }

  static std::optional<DoubleExchange> read(int socket, std::string& bytes) {
    DoubleExchange exchange{.socket = socket};
    std::size_t wanted = std::string::npos;
    for (;;) {
      const auto end = bytes.find("\r\n\r\n");
      if (end != std::string::npos && wanted == std::string::npos) {
        exchange.head = bytes.substr(0, end + 2);
        wanted = end + 4 + std::stoul("0" + exchange.header("Content-Length"));
      }
      if (bytes.size() >= wanted) break;
      std::string more(65536, '\0');
      const auto got = ::recv(socket, more.data(), more.size(), 0);
      if (got <= 0) return std::nullopt;
      bytes.append(more, 0, static_cast<std::size_t>(got));
    }
    exchange.body = bytes.substr(exchange.head.size() + 2, wanted - exchange.head.size() - 2);
    bytes.erase(0, wanted);
    return exchange;
  }

  Guarded<Behave> behave_;
  Guarded<std::vector<DoubleExchange>> requests_;
  std::atomic<std::size_t> connections_ = 0;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  Guarded<std::list<Open>> open_;
  std::jthread acceptor_;
};

}  // namespace lightfast::test
