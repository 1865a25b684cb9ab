// What the breaker knows of a service, shared by all processes through one small file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/guarded.h"
#include "base/iso_time.h"

namespace lightfast::memory {

struct BreakerState {
  std::uint32_t failures = 0;  // in a row, while it is closed
  std::uint32_t openings = 0;  // in a row, each for a longer time than the one before; 0: closed
  Moment retry_at = {};        // while it is open: when one may try again
  Moment trial_until = {};     // one is trying now, until then at the latest

  bool operator==(const BreakerState&) const = default;
};

// Any thread. A call costs some microseconds. A file that is damaged or of another kind is as if it
// were empty; one that cannot be read, written, or locked within a tenth of a second is not needed:
// this process then keeps the state for itself, and writes it down as soon as it can.
class BreakerFile {
 public:
  // An empty `path`: there is no file. Its directory is there.
  explicit BreakerFile(std::filesystem::path path);

  // Runs `change` on the state, alone among all threads and processes, and keeps what it changed.
  void update(const std::function<void(BreakerState&)>& change);

 private:
  struct Own {
    BreakerState state;
    bool is_newer = false;  // than the file, which could not be written
  };

  const std::filesystem::path path_;
  Guarded<Own> own_;
};

}  // namespace lightfast::memory
