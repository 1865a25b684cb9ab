// Logging for the whole program. Lines go to stderr or to a file, never to stdout, which belongs to
// the protocol. One logger per room, `key=value` fields; secrets, bodies and file contents stay
// out. Safe on any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "base/result.h"

namespace lightfast {

struct LogOptions {
  std::string level = "info";       // error, warn, info, debug or off
  std::filesystem::path file = {};  // empty: stderr
};

// Applies `options` to all loggers, those made before included. Call once, before threads start.
Result<void> configure_logging(const LogOptions& options);

// The logger of `room` (`sandbox`, `repo`, ...), made on first use. Each line is out when its call
// returns, but for a logger that is told otherwise by flush_on(): it is to be flushed then.
spdlog::logger& log_for(const std::string& room);

}  // namespace lightfast
