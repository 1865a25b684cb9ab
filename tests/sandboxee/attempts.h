// What a command must not be able to do, each tried for real by system calls: forbidden things with
// a name. An attempt needs nothing but libc, and undoes what it could do. Single-threaded.
#pragma once

#include <sys/types.h>

#include <functional>
#include <span>
#include <string>

namespace lightfast::sandboxee {

// The exit codes of a program that made one attempt.
enum class Verdict { Worked = 0, Denied = 1, NotTried = 2 };

struct Outcome {
  Verdict verdict = Verdict::NotTried;
  std::string why;  // an errno name, or what else stood in the way
};

// Worked unless `result` is negative; then Denied, with errno.
Outcome by(long result);
// By what was found rather than by what a call returned.
Outcome by_finding(bool found, const std::string& otherwise);
Outcome not_tried(const std::string& why);

using Words = std::span<const std::string>;

struct Attempt {
  const char* name;
  std::size_t words;  // that it takes
  Outcome (*run)(Words words);
};

std::span<const Attempt> attempts_on_files();
std::span<const Attempt> attempts_on_limits();
std::span<const Attempt> attempts_on_network();
std::span<const Attempt> attempts_on_processes();
std::span<const Attempt> attempts_on_system_calls();

// Makes the attempt that the first word names, with the others; says on stdout what came of it.
Verdict make_attempt(Words words);

// ---- For attempts.

// Worked when `action` returns 0 in a child, otherwise what it returned is an errno value. What
// kills the child denies.
Outcome in_child(const std::function<int()>& action);

// Worked when `path` runs in a child as this same program and its attempt `words` works.
// `before` is called in the child.
Outcome executing(
    const std::string& path, Words words, const std::function<int()>& before = [] { return 0; });

// A new directory in another one, which goes with all that is in it.
class NewDirectory {
 public:
  explicit NewDirectory(const std::string& parent);
  NewDirectory(const NewDirectory&) = delete;
  NewDirectory& operator=(const NewDirectory&) = delete;
  ~NewDirectory();
  // Empty, and errno says why, when it could not be made.
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// A new file, which all may execute. False, with errno, when it could not be made.
bool copy_program(const std::string& from, const std::string& to);

}  // namespace lightfast::sandboxee
