#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <functional>
#include <thread>
#include <utility>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "sandbox/zygote/watch.h"

namespace lightfast::sandbox {
namespace {

constexpr std::size_t kMebibyte = 1U << 20U;

// A tree of processes that waits until it is destroyed. The root runs `prepare`, which may start
// more processes, and then says that it is ready.
class ProcessTree {
 public:
  explicit ProcessTree(const std::function<void()>& prepare) {
    REQUIRE(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
    std::array<int, 2> ready = {};
    REQUIRE(::pipe2(ready.data(), O_CLOEXEC) == 0);
    UniqueFd ready_read(ready[0]);
    UniqueFd ready_write(ready[1]);
    root_ = ::fork();
    REQUIRE(root_ >= 0);
    if (root_ == 0) {
      ::setpgid(0, 0);
      prepare();
      (void)!::write(ready_write.get(), "1", 1);
      wait_forever();
    }
    ready_write.reset();
    char byte = 0;
    REQUIRE(::read(ready_read.get(), &byte, 1) == 1);
  }
  ProcessTree(const ProcessTree&) = delete;
  ProcessTree& operator=(const ProcessTree&) = delete;
  ~ProcessTree() {
    ::kill(-root_, SIGKILL);
    // With the root gone its children are ours, as we are their reaper.
    while (::waitpid(-root_, nullptr, 0) > 0) {
    }
  }

  [[nodiscard]] pid_t root() const { return root_; }
  [[nodiscard]] TreeUsage usage(Look look = Look::Quick) const {
    return usage_of({root_}, look).at(root_);
  }

  [[noreturn]] static void wait_forever() {
    while (true) ::pause();
  }

 private:
  pid_t root_ = 0;
};

// Memory that is really there, as each page is written.
void hold_memory(std::size_t bytes, int sharing = MAP_PRIVATE) {
  void* held = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
  if (held == MAP_FAILED) ::_exit(1);
  std::memset(held, 1, bytes);
}

void start_child(const std::function<void()>& prepare = [] {}) {
  const pid_t child = ::fork();
  if (child != 0) return;
  prepare();
  ProcessTree::wait_forever();
}

TEST_CASE("a tree's usage is the sum over its processes", "[watch]") {
  const ProcessTree idle([] {});
  const ProcessTree busy([] {
    for (int i = 0; i < 3; ++i) start_child();
    hold_memory(50 * kMebibyte);
  });
  const auto idle_usage = idle.usage();
  const auto busy_usage = busy.usage();
  CHECK(idle_usage.processes == 1);
  CHECK(busy_usage.processes == 4);
  CHECK(busy_usage.memory_bytes >= 50 * kMebibyte + idle_usage.memory_bytes);
  // Four processes like the idle one and the memory, nothing of anybody else's.
  CHECK(busy_usage.memory_bytes <= 50 * kMebibyte + 4 * idle_usage.memory_bytes + 16 * kMebibyte);
}

TEST_CASE("shared memory counts as well as private", "[watch]") {
  const ProcessTree tree([] {
    hold_memory(20 * kMebibyte, MAP_PRIVATE);
    hold_memory(20 * kMebibyte, MAP_SHARED);
  });
  CHECK(tree.usage().memory_bytes >= 40 * kMebibyte);
}

TEST_CASE("memory held by a child of a child counts for the root", "[watch]") {
  std::array<int, 2> ends = {};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  const ProcessTree tree([&] {
    start_child([&] {
      start_child([&] {
        hold_memory(20 * kMebibyte);
        (void)!::write(writing.get(), "1", 1);
      });
    });
    char byte = 0;
    (void)!::read(reading.get(), &byte, 1);
  });
  CHECK(tree.usage().processes == 3);
  CHECK(tree.usage().memory_bytes >= 20 * kMebibyte);
}

TEST_CASE("threads count as processes", "[watch]") {
  const ProcessTree tree([] {
    for (int i = 0; i < 2; ++i) std::thread(ProcessTree::wait_forever).detach();
  });
  CHECK(tree.usage().processes == 3);
}

TEST_CASE("trees are told apart in one look", "[watch]") {
  const ProcessTree one([] {});
  const ProcessTree two([] { start_child(); });
  const auto usage = usage_of({one.root(), two.root()});
  REQUIRE(usage.size() == 2);
  CHECK(usage.at(one.root()).processes == 1);
  CHECK(usage.at(two.root()).processes == 2);
}

TEST_CASE("a root below another counts for itself alone", "[watch]") {
  const ProcessTree tree([] { start_child(); });
  const auto usage = usage_of({::getpid(), tree.root()});
  CHECK(usage.at(tree.root()).processes == 2);
  CHECK(usage.at(::getpid()).processes == usage_of({::getpid()}).at(::getpid()).processes - 2);
}

TEST_CASE("a root that is gone uses nothing", "[watch]") {
  const pid_t gone = ::fork();
  REQUIRE(gone >= 0);
  if (gone == 0) ::_exit(0);
  REQUIRE(::waitpid(gone, nullptr, 0) == gone);
  const auto usage = usage_of({gone});
  REQUIRE(usage.size() == 1);
  CHECK(usage.at(gone).processes == 0);
  CHECK(usage.at(gone).memory_bytes == 0);
}

}  // namespace
}  // namespace lightfast::sandbox
