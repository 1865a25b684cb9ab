// The answers to one batch, sent as one line once all are known. Safe on any thread.
#pragma once

#include <cstddef>

#include "mcp/reply.h"

namespace lightfast::mcp {

// A reply that takes `places` answers, one for each request of a batch, and then answers `whole`
// with those there were as one line, or with nothing when there were none. What is said before goes
// on at once.
Reply batch_reply(std::size_t places, Reply whole);

}  // namespace lightfast::mcp
