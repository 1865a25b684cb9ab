// A request parser fed as a connection feeds it, in pieces of a size. For unit tests and fuzzing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/request_parser.h"

namespace lightfast::test {

struct Read {
  http::RequestParser::State state = http::RequestParser::State::NeedMore;
  int status = 0;
  std::string reason;
  http::Request request;
  std::size_t taken = 0;
  std::size_t waiting = 0;  // the most bytes that were kept for want of more
};

inline Read read_in_pieces(std::string_view bytes, std::size_t piece,
                           const http::RequestLimits& limits) {
  using State = http::RequestParser::State;
  http::RequestParser parser(limits);
  Read read;
  std::string in;
  const auto is_over = [&] {
    return parser.state() == State::Done || parser.state() == State::Failed;
  };
  while (!bytes.empty() && !is_over()) {
    const auto more = bytes.substr(0, piece);
    bytes.remove_prefix(more.size());
    in += more;
    std::size_t taken = 1;
    while (!in.empty() && !is_over() && (taken > 0 || parser.state() == State::HeaderRead)) {
      taken = parser.feed(in);
      in.erase(0, taken);
      read.taken += taken;
    }
    read.waiting = std::max(read.waiting, in.size());
  }
  read.state = parser.state();
  read.status = parser.status();
  read.reason = parser.reason();
  if (read.state == State::Done) read.request = parser.take();
  return read;
}

}  // namespace lightfast::test
