// `shell`: one read-only command in the organisation's `.lightfast` repository.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "contract/procedure.h"

namespace lightfast::contract {

// The declaration: schemas, description, and how a result is shown.
Procedure shell_procedure();

// Bounds and defaults of the input, which the schema states.
inline constexpr std::size_t kMaxCommandBytes = 32768;
inline constexpr std::chrono::milliseconds kDefaultShellTimeout{10000};
inline constexpr std::chrono::milliseconds kMaxShellTimeout{60000};
inline constexpr std::size_t kDefaultShellOutput = 10240;
inline constexpr std::size_t kMaxShellOutput = 1048576;

// One stream of a command's output. `text` is the head that was kept, valid UTF-8; the counts are
// of all the command wrote, in raw bytes and in lines.
struct ShellStream {
  std::string text = {};
  bool cut = false;  // `text` is not all
  // False: the command was stopped while still writing; the counts are lower bounds.
  bool counted_to_end = true;
  std::uint64_t kept_bytes = 0;  // raw bytes that `text` stands for
  std::uint64_t kept_lines = 0;  // whole lines in `text`; 0 when its first line alone is cut
  std::uint64_t bytes = 0;
  std::uint64_t lines = 0;
};

// What came of a command, as the handler knows it.
struct ShellOutcome {
  ShellStream out = {}, err = {};
  int exit_code = 0;               // 124 after a timeout, 128 + n after signal n
  std::optional<int> signal = {};  // the signal that ended the shell itself
  bool timed_out = false;
  // In words, the limit that ended or hindered the command: "memory limit of 512 MiB"; else empty.
  std::string limit = {};
  bool stopped = false;  // the command was killed for `limit`
  std::string commit = {}, branch = {};
  // Since when this is not known to be the newest state: 0 when that was looked at just now.
  std::chrono::seconds age{};
  // One line: why the repository could not be brought up to date; empty when it is.
  std::string stale = {};
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds duration{};
};

// The outcome as the output schema has it.
Json shell_output(const ShellOutcome& outcome);

}  // namespace lightfast::contract
