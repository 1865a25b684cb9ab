// The least that an answer can cost: peers that answer whatever comes with fixed bytes. Each runs
// as a Child for as long as there is something to answer.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/handles.h"

namespace lightfast::bench {

// Answers each line of stdin with `line` on stdout.
void answer_lines(std::string_view line);

struct Listener {
  UniqueFd socket;
  std::uint16_t port = 0;
};
Listener listen_on_loopback();

struct FixedAnswers {
  std::string call, stream;  // whole HTTP answers: to what has a body, to the rest
};

// Answers the HTTP requests of the connections of `listener`, without looking at them further than
// to see where they end. One thread, one epoll.
void answer_requests(int listener, const FixedAnswers& answers);

}  // namespace lightfast::bench
