#include "http/server.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "base/log.h"
#include "base/text.h"
#include "http/access.h"
#include "http/connection.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace lightfast::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::milliseconds kShortTick{20};
constexpr int kBacklog = 4096;
constexpr unsigned kPeerGone = 60'000;  // ms without an acknowledgement of what was sent

constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    "Connection: close\r\n\r\n";

// What fails once is to be tried again the next time, not never.
void run_guarded(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::exception& failure) {
    log_for("http").error("work on the loop failed: {}", failure.what());
  }
}

Error asio_error(std::string doing, const error_code& failure) {
  const bool is_taken = failure == asio::error::address_in_use;
  return {is_taken ? ErrorKind::Unavailable : ErrorKind::InvalidArgument,
          fmt::format("{}: {}", doing, failure.message())};
}

Result<std::shared_ptr<asio::ssl::context>> tls_context(const TlsFiles& files) {
  if (files.certificate.empty() && files.key.empty()) return std::shared_ptr<asio::ssl::context>();
  if (files.certificate.empty() || files.key.empty())
    return Error{ErrorKind::InvalidArgument, "--tls-cert and --tls-key belong together"};
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  error_code failure;
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 |
                           asio::ssl::context::single_dh_use,
                       failure);
  ::SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  context->use_certificate_chain_file(files.certificate.string(), failure);
  if (failure) return asio_error("--tls-cert '" + files.certificate.string() + "'", failure);
  context->use_private_key_file(files.key.string(), asio::ssl::context::pem, failure);
  if (failure) return asio_error("--tls-key '" + files.key.string() + "'", failure);
  if (::SSL_CTX_check_private_key(context->native_handle()) != 1)
    return Error{ErrorKind::InvalidArgument, "--tls-key is not the key of --tls-cert"};
  return context;
}

// Asio opens and accepts without it.
void close_on_exec(int fd) { (void)::fcntl(fd, F_SETFD, FD_CLOEXEC); }

class AsioServer final : public Server {
 public:
  AsioServer(ServerOptions options, std::shared_ptr<asio::ssl::context> tls)
      : shared_(std::make_shared<Shared>(std::move(options))),
        tls_(std::move(tls)),
        acceptor_(shared_->loop) {}

  // What others have asked of the loop meanwhile is let go, and with it the connections it holds.
  ~AsioServer() override {
    shared_->loop.restart();
    shared_->loop.poll();
  }

  Result<void> bind() {
    const auto& wanted = shared_->options.listen;
    const auto doing = fmt::format("listening on '{}:{}'", visible_line(wanted.host), wanted.port);
    error_code failure;
    tcp::resolver resolver(shared_->loop);
    const auto found =
        resolver.resolve(wanted.host, std::to_string(wanted.port), tcp::resolver::passive, failure);
    if (failure) return asio_error(doing, failure);
    const tcp::endpoint address = *found.begin();
    acceptor_.open(address.protocol(), failure);
    close_on_exec(acceptor_.native_handle());
    if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor_.bind(address, failure);
    if (!failure) acceptor_.listen(kBacklog, failure);
    if (failure) return asio_error(doing, failure);
    endpoint_ = {wanted.host, acceptor_.local_endpoint(failure).port()};
    return {};
  }

  [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }
  [[nodiscard]] const ServerState& state() const override { return shared_->state; }

  Result<void> reload_tls() override {
    tls_ = TRY(tls_context(shared_->options.tls));
    return {};
  }

  std::uint64_t turn() override { return shared_->this_turn(); }

  void every(std::chrono::seconds period, std::function<void()> work) override {
    periodic_.push_back({period, Clock::now() + period, std::move(work)});
  }

  void watch(int fd, std::function<void()> work) override {
    asio::co_spawn(shared_->loop, watch_on(fd, std::move(work)), asio::detached);
  }

  void serve(Service& service, int stop_fd) override {
    shared_->service = &service;
    asio::co_spawn(shared_->loop, accept(), asio::detached);
    asio::co_spawn(shared_->loop, tick(), asio::detached);
    asio::co_spawn(shared_->loop, end(stop_fd), asio::detached);
    shared_->loop.run();
  }

 private:
  struct Periodic {
    std::chrono::seconds period;
    Clock::time_point next;
    std::function<void()> work;
  };

  asio::awaitable<void> accept() {
    while (acceptor_.is_open()) {
      auto [failure, socket] = co_await acceptor_.async_accept(kAsTuple);
      if (!acceptor_.is_open()) co_return;
      if (failure) {
        log_for("http").warn("accepting failed: {}", failure.message());
        co_await pause(std::chrono::milliseconds(100));  // out of descriptors, most likely
      } else {
        take(std::move(socket));
      }
    }
  }

  void take(tcp::socket socket) {
    error_code failure;
    if (shared_->connections.size() >= shared_->options.limits.connections) {
      ++shared_->state.refused_connections;
      socket.non_blocking(true, failure);
      if (!tls_) socket.write_some(asio::buffer(kFull), failure);
      return;
    }
    close_on_exec(socket.native_handle());
    (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kPeerGone,
                       sizeof(kPeerGone));
    auto connection = std::make_shared<Connection>(shared_, std::move(socket), tls_);
    asio::co_spawn(
        shared_->loop,
        [connection = std::move(connection)]() -> asio::awaitable<void> {
          return connection->run();
        },
        asio::detached);
  }

  asio::awaitable<void> watch_on(int fd, std::function<void()> work) {
    asio::posix::stream_descriptor watched(shared_->loop, ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    for (;;) {
      const auto [failure] =
          co_await watched.async_wait(asio::posix::stream_descriptor::wait_read, kAsTuple);
      if (failure) co_return;
      run_guarded(work);
    }
  }

  asio::awaitable<void> tick() {
    while (!shared_->is_draining) {
      co_await pause(kTick);
      const auto now = Clock::now();
      check_all(now);
      for (auto& periodic : periodic_) {
        if (now < periodic.next) continue;
        periodic.next = now + periodic.period;
        run_guarded(periodic.work);
      }
    }
  }

  // A check may end a connection, and with it its place in the list.
  void check_all(Clock::time_point now) {
    for (auto next = shared_->connections.begin(); next != shared_->connections.end();) {
      Connection& connection = **next++;
      connection.check(now);
    }
  }

  asio::awaitable<void> end(int stop_fd) {
    asio::posix::stream_descriptor stop(shared_->loop, ::fcntl(stop_fd, F_DUPFD_CLOEXEC, 0));
    co_await stop.async_wait(asio::posix::stream_descriptor::wait_read, kAsTuple);
    error_code ignored;
    acceptor_.close(ignored);
    shared_->is_draining = true;
    shared_->service->drain();
    for (Connection* connection : shared_->connections) connection->drain();
    co_await until_none_is_left(shared_->options.limits.drain);
    shared_->service->cut();
    co_await until_none_is_left(shared_->options.limits.cut);
    for (Connection* connection : shared_->connections) connection->close();
    // What an exchange holds may use the service, which is there only until serve() returns.
    while (!shared_->connections.empty()) co_await pause(kShortTick);
    shared_->loop.stop();
  }

  asio::awaitable<void> until_none_is_left(std::chrono::seconds most) {
    const auto deadline = Clock::now() + most;
    while (!shared_->connections.empty() && Clock::now() < deadline) {
      co_await pause(kShortTick);
      check_all(Clock::now());
    }
  }

  asio::awaitable<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(shared_->loop, time);
    co_await timer.async_wait(kAsTuple);
  }

  const std::shared_ptr<Shared> shared_;
  std::shared_ptr<asio::ssl::context> tls_;
  tcp::acceptor acceptor_;
  Endpoint endpoint_;
  std::vector<Periodic> periodic_;
};

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto authority = parse_authority(text);
  unsigned port = 0;
  bool fits = authority && !authority->port.empty();
  if (fits) {
    const auto& digits = authority->port;
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    fits = failed == std::errc() && port <= 65535;
  }
  if (!fits) {
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("--listen: '{}' is not of the form HOST:PORT, such as 127.0.0.1:4114 "
                             "or [::1]:4114",
                             visible_line(text))};
  }
  return Endpoint{authority->host, static_cast<std::uint16_t>(port)};
}

Result<std::unique_ptr<Server>> Server::listen(ServerOptions options) {
  auto tls = TRY(tls_context(options.tls));
  auto server = std::make_unique<AsioServer>(std::move(options), std::move(tls));
  TRY(server->bind());
  return server;
}

}  // namespace lightfast::http
