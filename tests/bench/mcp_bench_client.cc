#include "mcp_bench_client.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace lightfast::bench {
namespace {

using Micros = std::chrono::duration<double, std::micro>;

double micros_since(Clock::time_point start) { return Micros(Clock::now() - start).count(); }

// Whether `bytes` are an answer, whole or, where it is a stream, begun.
bool is_answer(std::string_view bytes) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  const auto length = bytes.substr(0, head).find(kLength);
  if (length == std::string_view::npos) return true;
  std::size_t body = 0;
  std::from_chars(bytes.data() + length + kLength.size(), bytes.data() + head, body);
  return bytes.size() >= head + 4 + body;
}

void send_whole(int socket, std::string_view bytes) {
  const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(bytes.size())) give_up("a server takes no request");
}

void receive_some(int socket, std::string& bytes) {
  std::array<char, 64UL << 10U> buffer;
  const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
  if (count <= 0) give_up("a server closed a connection; see its log");
  bytes.append(buffer.data(), static_cast<std::size_t>(count));
}

}  // namespace

double Sample::quantile(double part) const {
  if (micros.empty()) return 0;
  auto sorted = micros;
  const auto place = static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1));
  std::ranges::nth_element(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(place));
  return sorted[place];
}

double Sample::peer_micros() const {
  return peer_seconds * 1e6 / static_cast<double>(std::max<std::size_t>(micros.size(), 1));
}

void Sample::add(const Sample& more) {
  micros.insert(micros.end(), more.micros.begin(), more.micros.end());
  seconds += more.seconds;
  peer_seconds += more.peer_seconds;
  other_seconds += more.other_seconds;
}

Meter::Meter(pid_t peer)
    : peer_(peer),
      machine_(machine_seconds()),
      own_(own_seconds()),
      of_peer_(tree_seconds(peer)),
      started_(Clock::now()) {}

Sample Meter::finish(std::vector<double> micros) const {
  Sample sample{.micros = std::move(micros), .seconds = Seconds(Clock::now() - started_).count()};
  sample.peer_seconds = tree_seconds(peer_) - of_peer_;
  const double ours = own_seconds() - own_ + sample.peer_seconds;
  sample.other_seconds = std::max(machine_seconds() - machine_ - ours, 0.0);
  return sample;
}

Sample call_by_lines(Child& peer, const std::string& line, Seconds time) {
  const Meter meter(peer.pid());
  std::vector<double> micros;
  while (Clock::now() - meter.started() < time) {
    const auto start = Clock::now();
    peer.write(line);
    (void)peer.read_line();
    micros.push_back(micros_since(start));
  }
  return meter.finish(std::move(micros));
}

HttpClients::HttpClients(pid_t peer, std::uint16_t port)
    : peer_(peer), port_(port), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void HttpClients::connect() {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) give_up("no socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    give_up("a server takes no connection");
  constexpr int kOn = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &kOn, sizeof kOn);
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = connections_.size()}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &wanted);
  connections_.push_back(std::move(socket));
}

std::string HttpClients::receive(std::size_t connection) {
  std::string bytes;
  while (!is_answer(bytes)) receive_some(connections_[connection].get(), bytes);
  return bytes;
}

std::string HttpClients::open(std::string_view request) {
  connect();
  return exchange(request);
}

std::string HttpClients::exchange(std::string_view request) {
  send_whole(connections_.back().get(), request);
  return receive(connections_.size() - 1);
}

Sample HttpClients::call(std::span<const std::string> requests, std::string_view answer,
                         Seconds time) {
  struct UnderWay {
    Clock::time_point since;
    std::string bytes;
  };
  std::vector<UnderWay> calls(requests.size());
  std::vector<double> micros;
  const auto begin = [&](std::size_t i) {
    calls[i] = {Clock::now(), {}};
    send_whole(connections_[i].get(), requests[i]);
  };
  const Meter meter(peer_);
  std::size_t under_way = requests.size();
  for (std::size_t i = 0; i < requests.size(); ++i) begin(i);
  const auto take = [&](std::size_t i) {
    receive_some(connections_[i].get(), calls[i].bytes);
    if (!is_answer(calls[i].bytes)) return;
    micros.push_back(micros_since(calls[i].since));
    if (calls[i].bytes.find(answer) == std::string::npos) give_up("an answer is another");
    Clock::now() - meter.started() < time ? begin(i) : void(--under_way);
  };
  std::string dropped;  // what idle streams say now and then
  std::array<epoll_event, 128> events{};
  while (under_way > 0) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const auto connection = events[static_cast<std::size_t>(i)].data.u64;
      if (connection < calls.size()) {
        take(connection);
      } else {
        receive_some(connections_[connection].get(), dropped);
      }
    }
  }
  return meter.finish(std::move(micros));
}

}  // namespace lightfast::bench
