#include "tools/web/connection.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "tools/web/lookup.h"

namespace lightfast::web {
namespace {

std::unexpected<Fault> errno_fault(int error_number) {
  auto kind = Fault::Kind::Other;
  if (error_number == ECONNREFUSED) kind = Fault::Kind::Refused;
  if (error_number == ECONNRESET || error_number == EPIPE) kind = Fault::Kind::Closed;
  return fault(kind, std::generic_category().message(error_number));
}

std::unexpected<Fault> closed_fault() {
  return fault(Fault::Kind::Closed, "it closed the connection");
}

// Nothing once `fd` is ready; `limit` is of this step, the call itself may have more time.
std::expected<void, Fault> wait_for(int fd, short events, Clock::time_point limit,
                                    const Patience& patience) {
  switch (patience.wait(fd, events, limit)) {
    case Patience::Wake::Ready:
      return {};
    case Patience::Wake::Cancelled:
      return fault(Fault::Kind::Cancelled, "the call was cancelled");
    case Patience::Wake::Late:
      break;
  }
  if (Clock::now() >= patience.deadline()) return fault(Fault::Kind::Late, "its time is over");
  return fault(Fault::Kind::Other, "no connection in time");
}

// ---- TCP.

bool is_loopback(const addrinfo& address) {
  if (address.ai_family == AF_INET) {
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(address.ai_addr);
    return ntohl(ipv4->sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  }
  const auto* ipv6 = reinterpret_cast<const sockaddr_in6*>(address.ai_addr);
  return address.ai_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
}

std::vector<const addrinfo*> usable(const addrinfo* first, const BaseUrl& url) {
  std::vector<const addrinfo*> all;
  for (const addrinfo* each = first; each != nullptr; each = each->ai_next) {
    if (url.encrypted || is_loopback(*each)) all.push_back(each);
  }
  return all;
}

std::expected<UniqueFd, Fault> connect_to(const addrinfo& address, Clock::time_point limit,
                                          const Patience& patience) {
  UniqueFd fd(
      ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
  if (!fd) return errno_fault(errno);
  const int yes = 1;
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return fd;
  if (errno != EINPROGRESS) return errno_fault(errno);
  if (auto waited = wait_for(fd.get(), POLLOUT, limit, patience); !waited)
    return std::unexpected(std::move(waited).error());
  int failed = 0;
  socklen_t size = sizeof failed;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
  if (failed != 0) return errno_fault(failed);
  return fd;
}

bool is_final(const Fault& fault) {
  return fault.kind == Fault::Kind::Cancelled || fault.kind == Fault::Kind::Late;
}

// One address after the other, until one answers.
std::expected<UniqueFd, Fault> connect_to_any(const std::vector<const addrinfo*>& addresses,
                                              std::chrono::milliseconds time_for_each,
                                              const Patience& patience) {
  std::expected<UniqueFd, Fault> last = fault(Fault::Kind::Other, "it has no address");
  for (const auto* address : addresses) {
    last = connect_to(*address, Clock::now() + time_for_each, patience);
    if (last || is_final(last.error())) return last;
  }
  return last;
}

// ---- TLS.

// Why TLS failed, from OpenSSL's queue of errors.
std::string tls_reason(const SSL* ssl) {
  const long verified = ::SSL_get_verify_result(ssl);
  const unsigned long code = ::ERR_peek_last_error();
  if (verified != X509_V_OK) {
    return fmt::format(
        "its certificate is refused: {}; if your own certificate authority made it, name that in "
        "LIGHTFAST_CA_FILE",
        ::X509_verify_cert_error_string(verified));
  }
  const char* reason = ::ERR_reason_error_string(code);
  return fmt::format("TLS failed: {}", reason == nullptr ? "no reason given" : reason);
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> bytes = {};
  return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

// Has the certificate checked for `host` (RFC 9525: by its subjectAltName alone), and a name sent
// ahead (SNI).
bool expect_host(SSL* ssl, const std::string& host) {
  if (is_address(host))
    return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1;
  ::SSL_set_hostflags(ssl,
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return ::SSL_set1_host(ssl, host.c_str()) == 1 &&
         ::SSL_set_tlsext_host_name(ssl, host.c_str()) == 1;
}

int as_int(std::size_t size) { return static_cast<int>(std::min<std::size_t>(size, 1 << 20)); }

}  // namespace

// ---- Trust.

void Trust::Free::operator()(ssl_ctx_st* context) const { ::SSL_CTX_free(context); }
Trust::Trust(ssl_ctx_st* context) : context_(context) {}
Trust::Trust(Trust&&) noexcept = default;
Trust& Trust::operator=(Trust&&) noexcept = default;
Trust::~Trust() = default;

Result<Trust> Trust::create(const std::filesystem::path& ca_file) {
  Trust trust(::SSL_CTX_new(::TLS_client_method()));
  SSL_CTX* context = trust.context();
  if (context == nullptr) return Error{ErrorKind::Unavailable, "OpenSSL cannot be used"};
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  ::SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ::SSL_CTX_set_default_verify_paths(context);
  if (!ca_file.empty() && ::SSL_CTX_load_verify_file(context, ca_file.c_str()) != 1) {
    ::ERR_clear_error();
    return Error{ErrorKind::InvalidArgument,
                 fmt::format("LIGHTFAST_CA_FILE: there are no certificates to read in '{}'",
                             ca_file.string())};
  }
  return trust;
}

// ---- Connection.

void Connection::FreeSsl::operator()(ssl_st* ssl) const { ::SSL_free(ssl); }

Connection::~Connection() {
  if (ssl_) ::SSL_shutdown(ssl_.get());  // says so to the other side, without waiting for it
  ::ERR_clear_error();
}

std::expected<std::unique_ptr<Connection>, Fault> Connection::open(const BaseUrl& url,
                                                                   const Trust* trust,
                                                                   const ConnectLimits& limits,
                                                                   const Patience& patience) {
  auto addresses = look_up(url, patience);
  if (!addresses) return std::unexpected(std::move(addresses).error());
  const auto usable_ones = usable(addresses->get(), url);
  if (usable_ones.empty()) {
    return fault(Fault::Kind::Other,
                 fmt::format("'{}' is not this machine, and plain http goes no further", url.host));
  }
  auto fd = connect_to_any(usable_ones, limits.time_for_each_address, patience);
  if (!fd) return std::unexpected(std::move(fd).error());
  std::unique_ptr<Connection> connection(new Connection(*std::move(fd)));
  if (!url.encrypted) return connection;
  auto started = connection->start_tls(url, *trust, Clock::now() + limits.time_for_tls, patience);
  if (!started) return std::unexpected(std::move(started).error());
  return connection;
}

std::expected<void, Fault> Connection::start_tls(const BaseUrl& url, const Trust& trust,
                                                 Clock::time_point limit,
                                                 const Patience& patience) {
  ssl_.reset(::SSL_new(trust.context()));
  if (!ssl_ || ::SSL_set_fd(ssl_.get(), socket_) != 1 || !expect_host(ssl_.get(), url.host))
    return fault(Fault::Kind::Other, "OpenSSL cannot be used");
  for (;;) {
    ::ERR_clear_error();
    const int result = ::SSL_connect(ssl_.get());
    if (result == 1) return {};
    auto waited = wait_for_tls(result, limit, patience);
    if (!waited) {
      ssl_.reset();
      return waited;
    }
  }
}

// What to do after an operation of OpenSSL that gave `result`: again, if this returns nothing.
std::expected<void, Fault> Connection::wait_for_tls(int result, Clock::time_point limit,
                                                    const Patience& patience) {
  const int error_number = errno;
  switch (::SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait_for(socket_, POLLIN, limit, patience);
    case SSL_ERROR_WANT_WRITE:
      return wait_for(socket_, POLLOUT, limit, patience);
    case SSL_ERROR_ZERO_RETURN:
      return closed_fault();
    case SSL_ERROR_SYSCALL:
      if (error_number == 0) return closed_fault();
      return errno_fault(error_number);
    default:
      break;
  }
  if (ERR_GET_REASON(::ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return closed_fault();
  return fault(Fault::Kind::Other, tls_reason(ssl_.get()));
}

template <class Operation>
std::expected<std::size_t, Fault> Connection::plainly(short events, const Patience& patience,
                                                      Operation operation) {
  for (;;) {
    const ssize_t moved = operation();
    if (moved >= 0) return static_cast<std::size_t>(moved);
    if (errno != EAGAIN) return errno_fault(errno);
    auto waited = wait_for(socket_, events, patience.deadline(), patience);
    if (!waited) return std::unexpected(std::move(waited).error());
  }
}

template <class Operation>
std::expected<std::size_t, Fault> Connection::encrypted(const Patience& patience,
                                                        Operation operation) {
  for (;;) {
    ::ERR_clear_error();
    const int moved = operation();
    if (moved > 0) return static_cast<std::size_t>(moved);
    if (::SSL_get_error(ssl_.get(), moved) == SSL_ERROR_ZERO_RETURN) return 0;
    auto waited = wait_for_tls(moved, patience.deadline(), patience);
    if (!waited) return std::unexpected(std::move(waited).error());
  }
}

std::expected<std::size_t, Fault> Connection::read(char* bytes, std::size_t size,
                                                   const Patience& patience) {
  // Also of one that always has something to read.
  if (patience.is_cancelled()) return fault(Fault::Kind::Cancelled, "the call was cancelled");
  if (Clock::now() >= patience.deadline()) return fault(Fault::Kind::Late, "its time is over");
  if (ssl_) return encrypted(patience, [&] { return ::SSL_read(ssl_.get(), bytes, as_int(size)); });
  return plainly(POLLIN, patience, [&] { return ::recv(socket_, bytes, size, 0); });
}

std::expected<std::size_t, Fault> Connection::write(const char* bytes, std::size_t size,
                                                    const Patience& patience) {
  auto written =
      ssl_ ? encrypted(patience, [&] { return ::SSL_write(ssl_.get(), bytes, as_int(size)); })
           : plainly(POLLOUT, patience, [&] { return ::send(socket_, bytes, size, MSG_NOSIGNAL); });
  if (written && *written == 0) return closed_fault();
  return written;
}

}  // namespace lightfast::web
