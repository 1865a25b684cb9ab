// The other side of what is measured: calls one after another over pipes, or over as many
// keep-alive connections as wanted, one call under way on each. One thread, one epoll.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"
#include "mcp_bench_process.h"

namespace lightfast::bench {

// Calls of one peer.
struct Sample {
  std::vector<double> micros;  // of each call
  double seconds = 0;          // of all together
  double peer_seconds = 0;     // processor time of the peer and of what it started
  double other_seconds = 0;    // of whoever is neither peer nor this program

  // The time that `part` of the calls took at most, in microseconds.
  [[nodiscard]] double quantile(double part) const;
  [[nodiscard]] double rate() const { return static_cast<double>(micros.size()) / seconds; }
  [[nodiscard]] double peer_micros() const;  // a call
  [[nodiscard]] double others() const { return other_seconds / seconds; }
  void add(const Sample& more);
};

// Takes the times that a sample is made of, from its construction on.
class Meter {
 public:
  explicit Meter(pid_t peer);
  [[nodiscard]] Clock::time_point started() const { return started_; }
  Sample finish(std::vector<double> micros) const;

 private:
  const pid_t peer_;
  const double machine_, own_, of_peer_;
  const Clock::time_point started_;
};

// Writes `line` and waits for a line, over and over.
Sample call_by_lines(Child& peer, const std::string& line, Seconds time);

class HttpClients {
 public:
  HttpClients(pid_t peer, std::uint16_t port);

  // Sends `request` over a connection of its own, that is kept, and waits for the answer, or for
  // the first bytes of one that is a stream.
  std::string open(std::string_view request);
  // The same over the connection that was opened last.
  std::string exchange(std::string_view request);

  // Sends requests[i] over the i-th connection, over and over on all at once. `answer` is what a
  // good one holds.
  Sample call(std::span<const std::string> requests, std::string_view answer, Seconds time);

 private:
  void connect();
  std::string receive(std::size_t connection);

  const pid_t peer_;
  const std::uint16_t port_;
  UniqueFd epoll_;
  std::vector<UniqueFd> connections_;
};

}  // namespace lightfast::bench
