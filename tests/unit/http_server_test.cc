#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "http/server.h"

namespace lightfast::http {
namespace {

// Begins every answer and ends none; asks the server to end once it has so many.
class Endless final : public Service {
 public:
  Endless(std::size_t wanted, int stop_fd) : wanted_(wanted), stop_fd_(stop_fd) {}

  void handle(std::shared_ptr<Exchange> exchange) override {
    exchange->on_close([this, held = held_] { ++closed_; });
    exchange->begin({.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = {}});
    handled_.push_back(std::move(exchange));
    if (handled_.size() == wanted_) ::eventfd_write(stop_fd_, 1);
  }
  void cut() override { handled_.clear(); }

  [[nodiscard]] long held() const { return held_.use_count() - 1; }
  [[nodiscard]] std::size_t closed() const { return closed_; }

 private:
  const std::size_t wanted_;
  const int stop_fd_;
  const std::shared_ptr<int> held_ = std::make_shared<int>(0);
  std::size_t closed_ = 0;
  std::vector<std::shared_ptr<Exchange>> handled_;
};

UniqueFd ask(std::uint16_t port) {
  UniqueFd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
          0);
  constexpr std::string_view kRequest = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  REQUIRE(::write(client.get(), kRequest.data(), kRequest.size()) ==
          static_cast<ssize_t>(kRequest.size()));
  return client;
}

TEST_CASE("once a server has ended, nothing of what its service was asked is left") {
  constexpr std::size_t kClients = 100;
  ServerLimits limits;
  limits.drain = limits.cut = std::chrono::seconds(0);
  auto server = Server::listen({.listen = {"127.0.0.1", 0}, .tls = {}, .limits = limits});
  REQUIRE(server.has_value());
  const UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  std::vector<UniqueFd> clients;
  for (std::size_t i = 0; i < kClients; ++i) clients.push_back(ask((*server)->endpoint().port));
  Endless service(kClients, stop.get());
  (*server)->serve(service, stop.get());
  CHECK(service.held() == 0);
  CHECK(service.closed() == kClients);
  CHECK((*server)->state().connections == 0);
  CHECK((*server)->state().streams == 0);
}

}  // namespace
}  // namespace lightfast::http
