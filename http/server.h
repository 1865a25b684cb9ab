// Serves HTTP/1.1, with TLS or without, on one address: one event loop on the thread that runs it,
// thousands of connections of a few KiB each. What answers is a Service.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/exchange.h"
#include "http/request_parser.h"

namespace lightfast::http {

// Where to listen: a name or address, and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;  // 0: any that is free
};

// `HOST:PORT`, an IPv6 address in brackets. InvalidArgument for another form.
Result<Endpoint> parse_endpoint(std::string_view text);

struct ServerLimits {
  RequestLimits request = {};
  std::size_t connections = 16'384;
  std::chrono::seconds header{10};  // from a connection's or a request's first byte
  std::chrono::seconds body{30};    // from the header's end; both together end a request sent by
                                    // drops within 60 s
  std::chrono::seconds idle{120};   // between requests
  std::chrono::seconds write{30};   // for a peer to read anything of what waits for it
  std::size_t unread = std::size_t{2} << 20U;    // bytes of a stream that may wait for its peer
  std::size_t bodies = std::size_t{256} << 20U;  // bytes of all bodies at once
  std::chrono::seconds drain{3};                 // once the server is to end, for calls that run
  std::chrono::seconds cut{1};                   // then for the answers of those that were cut off
};

struct TlsFiles {
  std::filesystem::path certificate, key;  // PEM, a chain and its key; empty: no TLS
};

// One request that was answered, or that could not be read.
struct Answered {
  const Request& request;
  const std::string& caller;  // as the Service named it; may be empty
  int status;                 // 0: closed without an answer
  std::uint64_t bytes;        // of the answer's body
  std::chrono::microseconds took;
};

struct ServerOptions {
  Endpoint listen;
  TlsFiles tls;
  ServerLimits limits = {};
  // On the server's thread: each answer, then once that there will be no more at once.
  std::function<void(const Answered&)> log = {};
  std::function<void()> logged = {};
};

// How the server is, for metrics.
struct ServerState {
  std::size_t connections = 0;
  std::size_t streams = 0;  // answers in pieces that go on
  std::size_t bodies = 0;   // bytes of bodies that are read or being answered
  std::uint64_t refused_connections = 0;
  std::uint64_t timed_out = 0;     // requests or peers too slow
  std::uint64_t cut_off = 0;       // streams whose peer did not read
  std::uint64_t bad_requests = 0;  // not HTTP, or beyond a limit
};

class Server {
 public:
  // Binds and listens; connections wait until serve(). InvalidArgument for files or addresses that
  // cannot be used, Unavailable when the port is taken.
  static Result<std::unique_ptr<Server>> listen(ServerOptions options);
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server() = default;

  // Where it listens, with the port that was found.
  [[nodiscard]] virtual const Endpoint& endpoint() const = 0;

  // Serves until `stop_fd` becomes readable; then takes no more connections or requests, gives what
  // runs `drain` and what is cut off after that `cut`, and returns.
  virtual void serve(Service& service, int stop_fd) = 0;

  // For use in the Service, on the server's thread.
  [[nodiscard]] virtual const ServerState& state() const = 0;
  // Reads the TLS files again, for connections from now on.
  virtual Result<void> reload_tls() = 0;
  // The same for all requests that came in together, another one after that: how long to rely on
  // what was looked up for one of them.
  [[nodiscard]] virtual std::uint64_t turn() = 0;
  // Calls `work` on the server's thread when `fd`, which outlives the server, is readable; it must
  // read what there is.
  virtual void watch(int fd, std::function<void()> work) = 0;
  // Calls `work` on the server's thread every `period` while it serves.
  virtual void every(std::chrono::seconds period, std::function<void()> work) = 0;
};

}  // namespace lightfast::http
