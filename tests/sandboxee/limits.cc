#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "attempts.h"
#include "base/handles.h"

namespace lightfast::sandboxee {
namespace {

constexpr unsigned kMiB = 20;  // as a shift

unsigned long number(const std::string& word) { return std::strtoul(word.c_str(), nullptr, 10); }

// As many as asked for, at the same time. They wait for the end of a pipe, as not every sandbox
// lets them be killed.
Outcome processes(Words words) {
  std::array<int, 2> ends = {-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return not_tried("no pipe");
  pid_t last = 1;
  unsigned long started = 0;
  while (started < number(words[0]) && (last = ::fork()) > 0) ++started;
  if (last == 0) {
    ::close(ends[1]);
    ::_exit(static_cast<int>(::read(ends[0], ends.data(), 1)));
  }
  const auto outcome = by(last);
  ::close(ends[1]);
  ::close(ends[0]);
  while (::wait(nullptr) > 0) {
  }
  return outcome;
}

Outcome open_files(Words words) {
  std::vector<UniqueFd> files;
  for (unsigned long i = 0; i < number(words[0]); ++i) {
    files.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!files.back()) return by(-1);
  }
  return by(0);
}

// Address space alone: nothing is written to it.
Outcome address_space(Words words) {
  void* room = ::mmap(nullptr, number(words[0]) << kMiB, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return by(room == MAP_FAILED ? -1 : 0);
}

Outcome lock_memory(Words /*words*/) {
  static std::array<char, 4096> page = {};
  return by(::mlock(page.data(), page.size()));
}

// Dies with the largest dump that it may make, in `directory`.
[[noreturn]] void die_in(const std::string& directory) {
  rlimit limit = {};
  ::getrlimit(RLIMIT_CORE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_CORE, &limit);
  if (::chdir(directory.c_str()) != 0) ::_exit(1);
  __builtin_trap();
}

Outcome dump_core(Words words) {
  const NewDirectory directory(words[0]);
  if (directory.path().empty()) return by(-1);
  const pid_t child = ::fork();
  if (child == 0) die_in(directory.path());
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) return not_tried("nothing died");
  return by_finding(WCOREDUMP(status), "no dump was made");
}

__rlimit_resource resource_named(const std::string& name) {
  if (name == "cpu") return RLIMIT_CPU;
  if (name == "core") return RLIMIT_CORE;
  if (name == "locked-memory") return RLIMIT_MEMLOCK;
  if (name == "message-queues") return RLIMIT_MSGQUEUE;
  return RLIMIT_NLIMITS;
}

Outcome raise_limit(Words words) {
  const rlimit wanted = {.rlim_cur = number(words[1]), .rlim_max = number(words[1])};
  return by(::setrlimit(resource_named(words[0]), &wanted));
}

UniqueFd new_file(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
}

Outcome large_file(Words words) {
  ::signal(SIGXFSZ, SIG_IGN);
  const NewDirectory directory(words[0]);
  if (directory.path().empty()) return by(-1);
  const UniqueFd file = new_file(directory.path() + "/large");
  return by(::ftruncate(file.get(), static_cast<off_t>(number(words[1]) << kMiB)));
}

// Makes files in a new directory by `make` until it fails or there are `count`.
Outcome fill(const std::string& parent, unsigned long count, bool (*make)(const std::string&)) {
  const NewDirectory directory(parent);
  if (directory.path().empty()) return by(-1);
  unsigned long made = 0;
  while (made < count && make(directory.path() + "/" + std::to_string(made))) ++made;
  return by(made == count ? 0 : -1);
}

// In parts that are below the limit on one file.
Outcome fill_directory(Words words) {
  constexpr unsigned long kPart = 8;
  return fill(words[0], number(words[1]) / kPart, [](const std::string& path) {
    const UniqueFd file = new_file(path);
    return file && ::fallocate(file.get(), 0, 0, off_t{kPart} << kMiB) == 0;
  });
}

Outcome many_files(Words words) {
  return fill(words[0], number(words[1]),
              [](const std::string& path) { return new_file(path).is_open(); });
}

constexpr std::array<Attempt, 9> kAttempts = {{
    {"processes", 1, processes},
    {"open-files", 1, open_files},
    {"address-space", 1, address_space},
    {"lock-memory", 0, lock_memory},
    {"dump-core", 1, dump_core},
    {"raise-limit", 2, raise_limit},
    {"large-file", 2, large_file},
    {"fill-directory", 2, fill_directory},
    {"many-files", 2, many_files},
}};

}  // namespace

std::span<const Attempt> attempts_on_limits() { return kAttempts; }

}  // namespace lightfast::sandboxee
