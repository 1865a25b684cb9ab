#include <fcntl.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <stop_token>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/handles.h"
#include "store_made.h"
#include "tools/store/graph.h"
#include "tools/store/readers.h"

namespace lightfast::store {
namespace {

using test::event;
using test::MadeStore;

bool has(Readers& readers, const std::string& id) {
  auto reader = readers.take();
  if (!reader) FAIL(reader.error().message);
  return entity_at(**reader, id, kLatest).value().has_value();
}

TEST_CASE("a store that is not there yet is said so, and read once it is", "[readers]") {
  MadeStore made;
  const auto none = made.readers().take();
  REQUIRE_FALSE(none);
  CHECK(none.error().kind == ErrorKind::NotFound);
  CHECK_THAT(none.error().message, Catch::Contains("lightfast store import"));
  made.add({event("a", 1, "pr:1")});
  CHECK(has(made.readers(), "pr:1"));
}

TEST_CASE("a file that was put in its place is what is read", "[readers]") {
  MadeStore made, other;
  made.add({event("a", 1, "pr:1")});
  other.add({event("a", 1, "pr:2")});
  auto held = made.readers().take();
  REQUIRE(held);
  CHECK(has(made.readers(), "pr:1"));
  for (const char* end : {"-wal", "-shm"}) std::filesystem::remove(made.file().string() + end);
  std::filesystem::rename(other.file(), made.file());
  CHECK(entity_at(**held, "pr:1", kLatest).value());
  {
    const auto given_back = *std::move(held);
  }
  CHECK_FALSE(has(made.readers(), "pr:1"));
  CHECK(has(made.readers(), "pr:2"));
}

TEST_CASE("a reader sees one moment, and holds up nobody", "[readers]") {
  MadeStore made;
  made.add({event("a", 1, "pr:1")});
  {
    const auto reader = made.readers().take();
    REQUIRE(entity_at(**reader, "pr:1", kLatest).value());
    made.add({event("b", 2, "pr:2")});
    CHECK_FALSE(entity_at(**reader, "pr:2", kLatest).value());
  }
  CHECK(has(made.readers(), "pr:2"));
}

TEST_CASE("many threads read at once", "[readers]") {
  MadeStore made;
  made.add({event("a", 1, "pr:1")});
  std::atomic<int> found = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 50; ++j) {
          const auto reader = made.readers().take();
          if (reader && entity_at(**reader, "pr:1", kLatest).value()) ++found;
        }
      });
    }
  }
  CHECK(found == 400);
}

std::stop_token cancelled() {
  std::stop_source call;
  call.request_stop();
  return call.get_token();
}

TEST_CASE("after a call that was cancelled its reader is as good as new", "[readers]") {
  MadeStore made;
  made.add({event("a", 1, "pr:1")});
  for (int i = 0; i < 500; ++i) {  // SQLite looks at a deadline every few hundred instructions
    const auto reader = made.readers().take(cancelled());
    if (!reader) FAIL(reader.error().message);
  }
  CHECK(has(made.readers(), "pr:1"));
}

TEST_CASE("a call ends when it is cancelled, whatever other threads give back", "[readers]") {
  constexpr int kThreads = 8;
  constexpr int kCalls = 200;
  MadeStore made;
  made.add({event("a", 1, "pr:1")});
  std::atomic<int> ended = 0;
  const auto call = [&made, &ended] {
    const auto reader = made.readers().take(cancelled());
    if (!reader) return;
    const auto run = reader->operator*().run(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)"
        " SELECT sum(i) FROM n",
        {}, [](const SqlRow& /*row*/) {});
    if (!run && run.error().kind == ErrorKind::Timeout) ++ended;
  };
  {
    std::vector<std::jthread> threads(kThreads);
    for (auto& thread : threads)
      thread = std::jthread([&call] {
        for (int j = 0; j < kCalls; ++j) call();
      });
  }
  CHECK(ended == kThreads * kCalls);
}

// As another process sees it. The last look: closing the file gives the locks up.
bool is_locked(const std::filesystem::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  REQUIRE(::fcntl(fd.get(), F_OFD_GETLK, &whole) == 0);
  return whole.l_type != F_UNLCK;
}

TEST_CASE("who reads keeps the lock when somebody looks for damage beside it", "[readers]") {
  MadeStore made;
  made.add({event("a", 1, "pr:1")});
  const auto reader = made.readers().take();
  REQUIRE(entity_at(**reader, "pr:1", kLatest).value());
  std::ofstream(made.file().string() + ".lock") << "one that was killed";
  made.add({event("b", 2, "pr:2")});
  CHECK(is_locked(made.file()));
}

TEST_CASE("a damaged file is an error with words, wherever the damage is", "[readers]") {
  MadeStore made;
  std::vector<Event> events;
  for (int i = 0; i < 300; ++i)
    events.push_back(event("e" + std::to_string(i), i, "pr:" + std::to_string(i % 50), {{"n", i}}));
  made.add(events);
  const auto size = std::filesystem::file_size(made.file());
  const auto begin = GENERATE_COPY(0U, 50U, 4096U, 8192U, 24'000U, 60'000U);
  {
    std::fstream file(made.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(begin);
    for (auto i = begin; i < size && i < begin + 60'000; ++i) file.put('\x5A');
  }
  auto reader = made.readers().take();
  if (!reader) {
    CHECK_FALSE(reader.error().message.empty());
    return;
  }
  for (int i = 0; i < 50; ++i) {
    const auto id = "pr:" + std::to_string(i);
    const auto found = entity_at(**reader, id, kLatest);
    const auto events_of = latest_events(**reader, id, kLatest, 10);
    if (!found) CHECK_THAT(found.error().message, Catch::Contains("store"));
    if (!events_of) CHECK_THAT(events_of.error().message, Catch::Contains("store"));
  }
}

}  // namespace
}  // namespace lightfast::store
