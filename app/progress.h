// How far something has come, on a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace lightfast {

// A line on stderr that is written over, a few times a second; nothing where stderr is no terminal.
class Progress {
 public:
  explicit Progress(std::string what);
  // Takes the line away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::int64_t done, std::int64_t all);

 private:
  const std::string what_;
  const bool is_shown_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lightfast
