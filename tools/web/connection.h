// One TCP connection to a server, encrypted or not. Used by one thread at a time; nothing here
// waits longer than the Patience it is given.
#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/base_url.h"
#include "base/handles.h"
#include "base/result.h"
#include "tools/web/fault.h"
#include "tools/web/patience.h"

struct ssl_ctx_st;
struct ssl_st;

namespace lightfast::web {

// What certificates are checked against: the system's authorities and those of one file. Immutable;
// any thread.
class Trust {
 public:
  // InvalidArgument when `ca_file` (empty: none) holds no certificates.
  static Result<Trust> create(const std::filesystem::path& ca_file);
  Trust(Trust&&) noexcept;
  Trust& operator=(Trust&&) noexcept;
  ~Trust();

  [[nodiscard]] ssl_ctx_st* context() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit Trust(ssl_ctx_st* context);
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// Inside the time that the call has.
struct ConnectLimits {
  std::chrono::milliseconds time_for_each_address{5000};
  std::chrono::milliseconds time_for_tls{5000};
};

class Connection {
 public:
  // Connects, and with TLS 1.2 or later checks that the certificate is trusted and names the host.
  // Plain connections go to loopback addresses only, whatever a name says.
  static std::expected<std::unique_ptr<Connection>, Fault> open(const BaseUrl& url,
                                                                const Trust* trust,
                                                                const ConnectLimits& limits,
                                                                const Patience& patience);

  // Gives the descriptor away: its new owner keeps it open until this is gone.
  [[nodiscard]] int release() { return fd_.release(); }
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // At least one byte, at most `size`; 0 at the end.
  std::expected<std::size_t, Fault> read(char* bytes, std::size_t size, const Patience& patience);
  // At least one byte.
  std::expected<std::size_t, Fault> write(const char* bytes, std::size_t size,
                                          const Patience& patience);

 private:
  struct FreeSsl {
    void operator()(ssl_st* ssl) const;
  };
  explicit Connection(UniqueFd fd) : fd_(std::move(fd)), socket_(fd_.get()) {}
  std::expected<void, Fault> start_tls(const BaseUrl& url, const Trust& trust,
                                       Clock::time_point limit, const Patience& patience);
  std::expected<void, Fault> wait_for_tls(int result, Clock::time_point limit,
                                          const Patience& patience);
  // Repeats `operation` until it has moved some bytes, or none because of the end.
  template <class Operation>
  std::expected<std::size_t, Fault> plainly(short events, const Patience& patience,
                                            Operation operation);
  template <class Operation>
  std::expected<std::size_t, Fault> encrypted(const Patience& patience, Operation operation);

  UniqueFd fd_;
  const int socket_;
  std::unique_ptr<ssl_st, FreeSsl> ssl_;
};

}  // namespace lightfast::web
