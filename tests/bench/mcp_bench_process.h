// Programs and functions that run as children, and what they take of the machine. One thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/handles.h"

namespace lightfast::bench {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Says why on stderr and ends the program, and with it its children.
[[noreturn]] void give_up(std::string_view why);

// A child whose stdin and stdout are pipes of ours. It is killed with this object, at the latest
// with this program.
class Child {
 public:
  // Runs the program `command[0]`; its stderr goes to the end of the file `log`.
  Child(const std::vector<std::string>& command, const std::filesystem::path& log);
  // Runs `body` in a copy of this process.
  explicit Child(const std::function<void()>& body);
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void write(std::string_view bytes) const;
  // The next line, with its newline.
  std::string read_line();
  // Closes its stdin and waits until it has ended by itself; 0 when it ended well.
  int finish();

 private:
  void start(const std::function<void()>& body);

  pid_t pid_ = -1;
  UniqueFd in_, out_;
  std::string unread_;
};

// Runs a program to its end; gives up when it fails.
void run(const std::vector<std::string>& command, const std::filesystem::path& log);

// Processor time used so far, in seconds: by `root` with all processes below it, by this program,
// and by everyone.
double tree_seconds(pid_t root);
double own_seconds();
double machine_seconds();

struct Memory {
  double resident = 0, proportional = 0;  // KiB
};
Memory memory_of(pid_t process);

}  // namespace lightfast::bench
