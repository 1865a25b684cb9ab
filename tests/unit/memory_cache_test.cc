#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "tools/memory/cache.h"

namespace lightfast::memory {
namespace {

using namespace std::chrono_literals;
using contract::SearchAnswer;
using contract::SearchRequest;

constexpr Cache::Time kNow{1000h};

SearchAnswer answer(const std::string& title) {
  return {.results = {{.id = "e1", .title = title, .snippet = "", .source = "", .type = ""}},
          .total = 1,
          .store = {},
          .memory = {}};
}

std::string title_of(const std::optional<Cache::Hit>& hit) {
  return hit ? hit->answer.results.front().title : "none";
}

TEST_CASE("an answer is fresh for minutes and usable for a day", "[cache]") {
  Cache cache;
  CHECK_FALSE(cache.find("key", kNow));
  cache.keep("key", answer("kept"), kNow);
  CHECK(title_of(cache.find("key", kNow)) == "kept");
  CHECK(cache.find("key", kNow + 5min - 1ms)->is_fresh());
  CHECK_FALSE(cache.find("key", kNow + 5min)->is_fresh());
  CHECK(cache.find("key", kNow + 24h - 1ms)->age == 24h - 1s);
  CHECK_FALSE(cache.find("key", kNow + 24h));
}

TEST_CASE("a newer answer takes the place of the older one", "[cache]") {
  Cache cache;
  cache.keep("key", answer("old"), kNow);
  cache.keep("key", answer("new"), kNow + 1h);
  const auto hit = cache.find("key", kNow + 1h);
  CHECK(title_of(hit) == "new");
  CHECK(hit->is_fresh());
  cache.clear();
  CHECK_FALSE(cache.find("key", kNow + 1h));
}

TEST_CASE("what was not used for longest goes first", "[cache]") {
  Cache cache;
  for (std::size_t i = 0; i < Cache::kMaxEntries; ++i)
    cache.keep(std::to_string(i), answer("kept"), kNow);
  CHECK(cache.find("0", kNow));
  cache.keep("one more", answer("kept"), kNow);
  CHECK(cache.find("0", kNow));
  CHECK_FALSE(cache.find("1", kNow));
  CHECK(cache.find("2", kNow));
}

TEST_CASE("bytes are bounded, and one answer that is too large is not kept", "[cache]") {
  Cache cache;
  cache.keep("first", answer("kept"), kNow);
  cache.keep("half", answer(std::string(Cache::kMaxBytes / 2, 'x')), kNow);
  CHECK(cache.find("first", kNow));
  cache.keep("other half", answer(std::string(Cache::kMaxBytes / 2, 'x')), kNow);
  CHECK_FALSE(cache.find("half", kNow));
  CHECK(cache.find("first", kNow));
  CHECK(cache.find("other half", kNow));
  cache.keep("first", answer(std::string(Cache::kMaxBytes, 'x')), kNow);
  CHECK_FALSE(cache.find("first", kNow));  // the older one is not what was answered last
}

TEST_CASE("requests are the same but for white space, order and time to wait", "[cache]") {
  const SearchRequest request{.query = "retry uploads", .types = {"a", "b"}};
  auto same = request;
  same.query = " retry\t\n uploads ";
  same.types = {"b", "a", "b"};
  same.wait = 1ms;
  CHECK(cache_key(same) == cache_key(request));
  for (const auto change : {+[](SearchRequest& r) { r.query = "retry upload"; },
                            +[](SearchRequest& r) { r.query = "Retry uploads"; },
                            +[](SearchRequest& r) { r.limit = 11; },
                            +[](SearchRequest& r) { r.mode = contract::SearchMode::Fast; },
                            +[](SearchRequest& r) { r.sources = {"a", "b"}; },
                            +[](SearchRequest& r) { r.types = {"a"}; },
                            +[](SearchRequest& r) { r.after = Moment(1ms); },
                            +[](SearchRequest& r) { r.before = Moment(1ms); }}) {
    auto other = request;
    change(other);
    CHECK(cache_key(other) != cache_key(request));
  }
}

}  // namespace
}  // namespace lightfast::memory
