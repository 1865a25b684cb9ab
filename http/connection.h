// One connection of a Server: reads requests, has them handled one at a time, writes the answers.
// All on the loop's thread. Private to this room.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/exchange.h"
#include "http/request_parser.h"
#include "http/server.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace lightfast::http {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

class Connection;

// What the connections of one server share.
struct Shared : std::enable_shared_from_this<Shared> {
  explicit Shared(ServerOptions given) : options(std::move(given)) {}

  asio::io_context loop{1};
  ServerOptions options;
  ServerState state;
  Service* service = nullptr;
  bool is_draining = false;
  std::list<Connection*> connections;
  std::array<char, 64UL << 10U> scratch{};  // what is read, until its connection has it

  // Of Server::turn(), which it is until all has been handled that is ready now.
  std::uint64_t this_turn();

 private:
  std::uint64_t turn_ = 1;
  bool is_turn_ending_ = false;
};

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = asio::ip::tcp::socket;

  // `tls` is null for a connection without.
  Connection(std::shared_ptr<Shared> shared, Socket socket,
             std::shared_ptr<asio::ssl::context> tls);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  // Serves the connection to its end, which it is kept until.
  asio::awaitable<void> run();

  // Ends it when its time is over.
  void check(Clock::time_point now);
  // Ends it once the answer that is under way is out, at once when there is none.
  void drain();
  void close();

 private:
  // The answer to the request that is being handled.
  struct Answer {
    std::uint64_t number = 0;  // of the request, on this connection
    std::shared_ptr<const Request> request;
    bool is_http_1_0 = false;
    bool has_begun = false;
    bool is_chunked = false;
    bool is_complete = false;
    std::function<void()> closed;
    std::string caller;
    int status = 0;
    std::uint64_t bytes = 0;
    Clock::time_point since;
  };
  class Handle;
  friend class Handle;

  asio::awaitable<bool> shake_hands();
  asio::awaitable<bool> receive();
  asio::awaitable<bool> fill();
  asio::awaitable<void> answer();
  asio::awaitable<void> write_out();
  asio::awaitable<std::size_t> write_some(std::string_view bytes);
  asio::awaitable<void> say_goodbye();
  asio::awaitable<void> changed();

  bool parse();
  bool is_settled();
  bool is_refused_by_header();
  void account_body(std::size_t bytes);
  void refuse(int status, const std::string& reason);
  void hand_over(const std::shared_ptr<Handle>& handle);
  void conclude();
  void leave();

  // What a Handle asks for; nothing happens when its request is no longer the one handled.
  [[nodiscard]] bool is_current(std::uint64_t number) const;
  void respond(std::uint64_t number, const Response& response);
  void begin(std::uint64_t number, const Response& head);
  void send(std::uint64_t number, std::string_view piece);
  void end(std::uint64_t number);

  void put_head(const Response& head, std::optional<std::size_t> length);
  void put_piece(std::string_view piece);
  void watch();
  void on_read(const boost::system::error_code& failure, std::string_view bytes);
  void wake();
  void go_on();
  void set_deadline(std::chrono::seconds after) { deadline_ = Clock::now() + after; }

  const std::shared_ptr<Shared> shared_;
  const ServerLimits& limits_;
  Socket socket_;
  const std::shared_ptr<asio::ssl::context> tls_context_;
  struct Tls {
    asio::ssl::stream<Socket&> stream;
    std::array<char, 4096> buffer{};
  };
  std::unique_ptr<Tls> tls_;
  std::list<Connection*>::iterator place_;
  std::move_only_function<void()> waiting_;  // run(), in changed(); called to go on
  bool is_woken_ = false;

  std::string peer_;
  std::string in_;          // read and not parsed
  std::string out_;         // to be written
  std::size_t unsent_ = 0;  // of what is being written
  std::size_t body_ = 0;    // bytes of the request's body that are accounted for
  bool is_watching_ = false;
  bool is_writing_ = false;
  bool is_gone_ = false;  // the peer, or the connection by our decision
  bool is_late_ = false;
  bool keeps_alive_ = true;
  bool is_body_unread_ = false;  // refused before its end
  std::optional<Clock::time_point> deadline_;
  std::unique_ptr<RequestParser> parser_;
  Answer answer_;
};

}  // namespace lightfast::http
