#include "mcp_bench_floor.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <unordered_map>

#include "base/files.h"

namespace lightfast::bench {
namespace {

constexpr std::size_t kBuffer = 64UL << 10U;
constexpr int kBacklog = 4096;

// Where the request at the front of `bytes` ends; 0 when it is not whole.
std::size_t request_end(std::string_view bytes) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  std::size_t body = 0;
  const auto length = bytes.substr(0, head).find(kLength);
  if (length != std::string_view::npos)
    std::from_chars(bytes.data() + length + kLength.size(), bytes.data() + head, body);
  const auto end = head + 4 + body;
  return end <= bytes.size() ? end : 0;
}

class Epoll {
 public:
  Epoll() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {}
  void add(int watched) const {
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = watched}};
    ::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, watched, &wanted);
  }
  template <class Work>
  void wait(const Work& work) const {
    std::array<epoll_event, 128> events{};
    const int count = ::epoll_wait(fd_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) work(events[static_cast<std::size_t>(i)].data.fd);
  }

 private:
  UniqueFd fd_;
};

class FixedServer {
 public:
  FixedServer(int listener, const FixedAnswers& answers) : listener_(listener), answers_(answers) {
    epoll_.add(listener_);
  }

  void run() {
    for (;;) {
      epoll_.wait([this](int fd) { fd == listener_ ? accept() : answer(fd); });
    }
  }

 private:
  void accept() {
    const int peer = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) return;
    constexpr int kOn = 1;
    ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
    epoll_.add(peer);
  }

  void answer(int peer) {
    const auto count = ::recv(peer, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) {
      partial_.erase(peer);
      ::close(peer);
      return;
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(count));
    const auto kept = partial_.find(peer);
    if (kept != partial_.end()) bytes = kept->second.append(bytes);
    const auto end = request_end(bytes);
    if (end == 0) {
      if (kept == partial_.end()) partial_.emplace(peer, bytes);
      return;
    }
    const auto& whole = bytes.starts_with("GET") ? answers_.stream : answers_.call;
    ::send(peer, whole.data(), whole.size(), MSG_NOSIGNAL);
    if (kept != partial_.end()) partial_.erase(kept);
  }

  const int listener_;
  const FixedAnswers& answers_;
  Epoll epoll_;
  std::array<char, kBuffer> buffer_{};
  std::unordered_map<int, std::string> partial_;  // of requests that are not whole
};

}  // namespace

void answer_lines(std::string_view line) {
  std::array<char, kBuffer> buffer{};
  for (;;) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) return;
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.ends_with('\n') && !write_all(STDOUT_FILENO, line)) return;
  }
}

Listener listen_on_loopback() {
  Listener made{UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  if (!made.socket) return {};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(made.socket.get(), generic, size) != 0) return {};
  if (::listen(made.socket.get(), kBacklog) != 0) return {};
  ::getsockname(made.socket.get(), generic, &size);
  made.port = ntohs(address.sin_port);
  return made;
}

void answer_requests(int listener, const FixedAnswers& answers) {
  FixedServer(listener, answers).run();
}

}  // namespace lightfast::bench
