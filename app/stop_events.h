// What asks a program that serves to end: signals, and descriptors that become readable.
#pragma once

#include <utility>

#include "base/handles.h"
#include "base/result.h"

namespace lightfast {

// Whether SIGHUP, the end of a terminal, is a reason to end.
enum class Hangup { IsEnd, IsNoEnd };

class StopEvents {
 public:
  // Blocks SIGTERM, SIGINT and, as `hangup` says, SIGHUP in this and all later threads, and watches
  // for them.
  static Result<StopEvents> create(Hangup hangup = Hangup::IsEnd);

  // Watches `fd`, which outlives this, too.
  Result<void> watch(int fd);

  // Readable, for poll(2), once the program should stop.
  [[nodiscard]] int fd() const { return all_.get(); }

  // True when `fd`, watched before, is what became readable.
  [[nodiscard]] bool is_readable(int fd) const;

 private:
  StopEvents(UniqueFd signals, UniqueFd all) : signals_(std::move(signals)), all_(std::move(all)) {}
  UniqueFd signals_, all_;
};

}  // namespace lightfast
