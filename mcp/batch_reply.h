// The answers to one batch, sent as one line once all are known. Safe on any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "mcp/in_flight.h"

namespace lightfast::mcp {

// A reply that takes `places` calls, one for each request of a batch, and then sends the responses
// among them as one line, or nothing when there were none.
Reply batch_reply(std::size_t places, std::function<void(std::string line)> send);

}  // namespace lightfast::mcp
