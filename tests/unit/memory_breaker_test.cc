#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "base/handles.h"
#include "temp_directory.h"
#include "tools/memory/breaker.h"

namespace lightfast::memory {
namespace {

using namespace std::chrono_literals;
using test::TempDirectory;

// A clock that stands still until it is set.
struct FakeClock {
  std::shared_ptr<Moment> now = std::make_shared<Moment>(std::chrono::sys_days(2026y / 3 / 1));
  Moment operator()() const { return *now; }
  void pass(std::chrono::milliseconds time) const { *now += time; }
};

void fail(Breaker& breaker) { REQUIRE(breaker.admit()->failed() == std::nullopt); }

std::chrono::milliseconds open(Breaker& breaker) {
  for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) fail(breaker);
  return breaker.admit()->failed().value();
}

TEST_CASE("it opens after failures in a row, and lets nobody pass", "[breaker]") {
  const FakeClock clock;
  Breaker breaker({}, clock);
  for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) fail(breaker);
  CHECK_FALSE(breaker.admit()->succeeded());
  const auto pause = open(breaker);
  CHECK(pause >= 12s);
  CHECK(pause <= 15s);
  REQUIRE_FALSE(breaker.admit());
  CHECK(breaker.admit().error() == pause);
  clock.pass(pause - 1ms);
  CHECK(breaker.admit().error() == 1ms);
}

TEST_CASE("a trial that goes well closes it, one that does not opens it for longer", "[breaker]") {
  const FakeClock clock;
  Breaker breaker({}, clock);
  auto pause = open(breaker);
  for (const auto longest : {30s, 60s, 120s, 240s, 300s, 300s}) {
    clock.pass(pause);
    auto trial = breaker.admit();
    REQUIRE(trial);
    CHECK_FALSE(breaker.admit());  // there is one trial at a time
    pause = trial->failed().value();
    CHECK(pause >= longest * 4 / 5);
    CHECK(pause <= longest);
    CHECK_FALSE(breaker.admit());
  }
  clock.pass(pause);
  CHECK(breaker.admit()->succeeded());
  CHECK(open(breaker) <= 15s);  // it begins anew
}

TEST_CASE("a trial of which nothing is heard makes room for another", "[breaker]") {
  const FakeClock clock;
  Breaker breaker({}, clock);
  clock.pass(open(breaker));
  CHECK(breaker.admit());  // given up at once: nobody knows how it went
  auto lost = breaker.admit();
  REQUIRE(lost);
  CHECK_FALSE(breaker.admit());
  clock.pass(Breaker::kLongestTrial);
  auto other = breaker.admit();
  REQUIRE(other);
  CHECK(lost->failed() == std::nullopt);  // it is the other one's turn to say
  CHECK(other->failed().has_value());
}

TEST_CASE("calls that were made before it opened say nothing new when they fail", "[breaker]") {
  const FakeClock clock;
  Breaker breaker({}, clock);
  auto early = breaker.admit();
  auto lucky = breaker.admit();
  const auto pause = open(breaker);
  CHECK(early->failed() == std::nullopt);
  CHECK(breaker.admit().error() == pause);
  CHECK(lucky->succeeded());
  CHECK(breaker.admit());
}

TEST_CASE("a clock that jumps makes no pause longer", "[breaker]") {
  const FakeClock clock;
  Breaker breaker({}, clock);
  open(breaker);
  const auto jump = GENERATE(std::chrono::hours(-24), std::chrono::hours(24 * 365));
  clock.pass(jump);
  CHECK(breaker.admit());
}

TEST_CASE("what one process finds out all know", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  Breaker one(here / "breaker", clock), other(here / "breaker", clock);
  for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) fail(i % 2 == 0 ? one : other);
  const auto pause = one.admit()->failed().value();
  CHECK(other.admit().error() == pause);
  clock.pass(pause);
  auto trial = other.admit();
  REQUIRE(trial);
  CHECK_FALSE(one.admit());
  CHECK(trial->succeeded());
  CHECK(one.admit());
  struct stat status = {};
  REQUIRE(::stat((here / "breaker").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a damaged file is as if it were empty", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  const auto file = here / "breaker";
  Breaker breaker(file, clock);
  open(breaker);
  const auto good = test::content_of(file);
  REQUIRE(good.size() == 40);
  auto bad = good;
  for (std::size_t at = 0; at < good.size(); ++at) {
    bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    for (const auto& damaged : {bad, good.substr(0, at)}) {
      (void)here.with_file("breaker", damaged);
      CHECK(breaker.admit());
    }
  }
  (void)here.with_file("breaker", good + "more");
  CHECK_FALSE(breaker.admit());
  (void)here.with_file("breaker", bad);
  open(breaker);
  CHECK_FALSE(Breaker(file, clock).admit());  // and it is written anew
}

TEST_CASE("without a file that can be used a process knows for itself", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  std::filesystem::create_directory(here / "directory");
  std::filesystem::create_symlink(here / "elsewhere", here / "link");
  REQUIRE(::mkfifo((here / "fifo").c_str(), 0600) == 0);
  for (const auto& file : {here / "directory", here / "no such/file", here / "link", here / "fifo",
                           std::filesystem::path("/dev/full")}) {
    INFO(file);
    Breaker breaker(file, clock);
    clock.pass(open(breaker));
    auto trial = breaker.admit();
    REQUIRE(trial);
    CHECK(trial->failed().has_value());
    CHECK_FALSE(breaker.admit());
  }
  CHECK_FALSE(std::filesystem::exists(here / "elsewhere"));
}

TEST_CASE("who keeps the file locked is not waited for, and told later", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  const auto file = here.with_file("breaker", "");
  Breaker breaker(file, clock);
  {
    const UniqueFd locked(::open(file.c_str(), O_RDWR | O_CLOEXEC));
    REQUIRE(::flock(locked.get(), LOCK_EX) == 0);
    for (std::uint32_t i = 1; i < Breaker::kFailures; ++i) fail(breaker);
    CHECK(test::content_of(file).empty());
  }
  CHECK(breaker.admit()->failed().has_value());
  CHECK_FALSE(Breaker(file, clock).admit());
}

// Runs `work` in `count` processes that begin at the same time; the sum of what they return.
template <class Work>
int in_processes(int count, Work work) {
  std::array<int, 2> gate = {};
  REQUIRE(::pipe2(gate.data(), O_CLOEXEC) == 0);
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(gate[1]);
      char end = 0;
      (void)!::read(gate[0], &end, 1);
      ::_exit(work());
    }
    children.push_back(child);
  }
  ::close(gate[0]);
  ::close(gate[1]);
  int sum = 0;
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    sum += WEXITSTATUS(status);
  }
  return sum;
}

TEST_CASE("of many processes exactly one makes the trial", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  constexpr int kProcesses = 12;
  for (int round = 0; round < 10; ++round) {
    const auto file = here / std::to_string(round);
    Breaker breaker(file, clock);
    clock.pass(open(breaker));
    const int trials = in_processes(kProcesses, [&] {
      Breaker own(file, clock);
      auto permit = own.admit();
      if (permit) ::_exit(1);  // killed before it says how that went
      return 0;
    });
    CHECK(trials == 1);
    CHECK_FALSE(breaker.admit());
  }
}

TEST_CASE("changes by many processes do not undo each other", "[breaker]") {
  const TempDirectory here;
  constexpr std::uint32_t kProcesses = 4, kChanges = 50;
  in_processes(kProcesses, [&] {
    BreakerFile file(here / "breaker");
    for (std::uint32_t i = 0; i < kChanges; ++i) {
      file.update([](BreakerState& state) {
        ::usleep(20);  // for others to come between, if they can
        ++state.failures;
      });
    }
    return 0;
  });
  BreakerFile(here / "breaker").update([](const BreakerState& state) {
    CHECK(state.failures == kProcesses * kChanges);
  });
}

TEST_CASE("failures of many processes are all counted", "[breaker]") {
  const TempDirectory here;
  const FakeClock clock;
  const auto file = here / "breaker";
  const int opened = in_processes(static_cast<int>(Breaker::kFailures), [&] {
    Breaker own(file, clock);
    return own.admit()->failed().has_value() ? 1 : 0;
  });
  CHECK(opened == 1);
  CHECK_FALSE(Breaker(file, clock).admit());
}

}  // namespace
}  // namespace lightfast::memory
