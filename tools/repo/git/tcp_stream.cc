#include "tools/repo/git/tcp_stream.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <git2.h>
#include <git2/sys/stream.h>
#include <spdlog/fmt/fmt.h>

#include "base/handles.h"
#include "tools/repo/git/git_error.h"

namespace lightfast::repo {
namespace {

// The library's structure stands first, so that it can be given ours and we find it again.
struct TcpStream {
  git_stream base = {};
  std::string host, port;
  UniqueFd socket;
};

TcpStream& of(git_stream* base) { return *reinterpret_cast<TcpStream*>(base); }

int fail(const std::string& why) {
  git_error_set_str(GIT_ERROR_NET, why.c_str());
  return -1;
}

int fail_with(const std::string& doing, int error) {
  return fail(fmt::format("{}: {}", doing, ::strerror(error)));
}

UniqueFd connected(const addrinfo& address) {
  UniqueFd socket(
      ::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC, address.ai_protocol));
  const int on = 1;
  const bool is_there =
      socket && ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
      ::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0;
  return is_there ? std::move(socket) : UniqueFd();
}

// The addresses in the order in which they were found, as the library does.
int connect_stream(git_stream* base) {
  auto& stream = of(base);
  addrinfo wanted = {};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(stream.host.c_str(), stream.port.c_str(), &wanted, &found);
  if (code != 0) {
    return fail(
        fmt::format("failed to resolve address for {}: {}", stream.host, ::gai_strerror(code)));
  }
  const CHandle<addrinfo, ::freeaddrinfo> addresses(found);
  for (const auto* address = found; address != nullptr; address = address->ai_next) {
    stream.socket = connected(*address);
    if (stream.socket) return 0;
  }
  return fail_with("failed to connect to " + stream.host, errno);
}

ssize_t read_stream(git_stream* base, void* bytes, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::recv(of(base).socket.get(), bytes, size, 0);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? fail_with("error receiving socket data", errno) : count;
}

ssize_t write_stream(git_stream* base, const char* bytes, std::size_t size, int flags) {
  ssize_t count = 0;
  do {
    count = ::send(of(base).socket.get(), bytes, size, flags | MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count < 0 ? fail_with("error sending data", errno) : count;
}

int close_stream(git_stream* base) {
  of(base).socket.reset();
  return 0;
}

void free_stream(git_stream* base) {
  const std::unique_ptr<TcpStream> stream(reinterpret_cast<TcpStream*>(base));
}

// Where connections may lead. The library asks for them without a place for what belongs to whom.
std::string only_host;
std::string only_port;

int make_stream(git_stream** out, const char* host, const char* port) {
  if (::strcasecmp(host, only_host.c_str()) != 0 || only_port != port)
    return fail("a redirect to another host or port is not followed");
  auto stream = std::make_unique<TcpStream>();
  stream->base.version = GIT_STREAM_VERSION;
  stream->base.connect = connect_stream;
  stream->base.read = read_stream;
  stream->base.write = write_stream;
  stream->base.close = close_stream;
  stream->base.free = free_stream;
  stream->host = host;
  stream->port = port;
  *out = &stream.release()->base;
  return 0;
}

}  // namespace

Result<void> use_prompt_connections(const std::string& host, std::uint16_t port) {
  only_host = host;
  only_port = std::to_string(port);
  git_stream_registration registration = {GIT_STREAM_VERSION, make_stream, nullptr};
  if (git_stream_register(GIT_STREAM_STANDARD, &registration) == 0) return {};
  return git_failure(ErrorKind::Internal, "preparing the connection");
}

}  // namespace lightfast::repo
