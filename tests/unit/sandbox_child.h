// Runs one attempt in a forked child that may confine itself for good, and says what came of it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include <catch2/catch.hpp>

namespace lightfast::test {

// A system call to try; negative when it failed, with errno set.
using Attempt = std::function<long()>;
// Confines the child. False when that did not work.
using Confine = std::function<bool()>;

constexpr int kNotConfined = 254;  // no errno value is that high

// 0 when `attempt` went well in a child after `confine`, its errno when not, minus the signal when
// it was killed.
inline int errno_in_child(const Confine& confine, const Attempt& attempt) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    if (!confine()) ::_exit(kNotConfined);
    ::_exit(attempt() < 0 ? errno : 0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

// The same without confinement: what the machine itself answers.
inline int errno_unconfined(const Attempt& attempt) {
  return errno_in_child([] { return true; }, attempt);
}

}  // namespace lightfast::test
