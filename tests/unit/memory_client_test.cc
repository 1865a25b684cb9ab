#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "hanging_resolver.h"
#include "memory_double.h"
#include "memory_world.h"
#include "tools/memory/client.h"

namespace lightfast::memory {
namespace {

using namespace std::chrono_literals;
using contract::TierState;
using test::answers;
using test::ask;
using test::client_of;
using test::Clock;
using test::MemoryDouble;
using test::says;
using test::title_of;

TEST_CASE("what is asked is what the search API takes", "[client]") {
  MemoryDouble service(answers("found"));
  const auto client = client_of({.url = service.url() + "/some/where/", .api_key = "sk-lf-secret"});
  const auto deadline = Clock::now() + 10s;
  const auto recalled = client
                            ->ask({.query = "why \"x\"",
                                   .limit = 7,
                                   .offset = 20,
                                   .mode = contract::SearchMode::Fast,
                                   .sources = {"github"},
                                   .after = parse_moment("2026-03-01"),
                                   .wait = 10s},
                                  deadline, {})
                            ->wait();
  CHECK(recalled.report.state == TierState::Ok);
  CHECK(recalled.report.why.empty());
  CHECK(title_of(recalled) == "found");
  const auto requests = service.requests();
  REQUIRE(requests.size() == 1);
  CHECK_THAT(requests[0].head, Catch::StartsWith("POST /some/where/v1/search HTTP/1.1\r\n"));
  CHECK(requests[0].header("Authorization") == "Bearer sk-lf-secret");
  auto body = Json::parse(requests[0].body);
  const auto wait = body["waitMs"].get<int>();
  CHECK(wait > 5000);
  CHECK(wait <= 9950);
  CHECK(requests[0].header("X-Lightfast-Deadline-Ms") == std::to_string(wait));
  body.erase("waitMs");
  CHECK(body == Json{{"query", "why \"x\""},
                     {"limit", 50},
                     {"offset", 0},
                     {"mode", "fast"},
                     {"sources", {"github"}},
                     {"after", "2026-03-01T00:00:00Z"}});
}

TEST_CASE("no more is asked for than a page may hold, and no key sent when there is none",
          "[client]") {
  MemoryDouble service(answers("found"));
  const auto client = client_of({.url = service.url()});
  client->ask({.query = "q", .limit = 50, .offset = 10'000}, Clock::now() + 10s, {})->wait();
  const auto requests = service.requests();
  CHECK(Json::parse(requests.at(0).body)["limit"] == 100);
  CHECK(requests[0].header("Authorization").empty());
}

TEST_CASE("questions follow each other on one connection, and on a new one when it was closed",
          "[client]") {
  MemoryDouble service(answers("found"));
  const auto client = client_of({.url = service.url()});
  for (const auto* query : {"a", "b", "c"})
    CHECK(ask(*client, query).report.state == TierState::Ok);
  CHECK(service.connections() == 1);
  service.stop();
  service.start();
  CHECK(ask(*client, "d").report.state == TierState::Ok);
  CHECK(service.connections() == 2);
}

TEST_CASE("a fresh answer is given again without asking", "[client]") {
  MemoryDouble service(answers("found"));
  const auto client = client_of({.url = service.url()});
  CHECK(ask(*client, "query").report.state == TierState::Ok);
  service.behave(answers("other"));
  const auto again = ask(*client, " query ");
  CHECK(again.report.state == TierState::Cached);
  CHECK(again.report.age.has_value());
  CHECK(again.report.why.empty());
  CHECK(title_of(again) == "found");
  CHECK(title_of(ask(*client, "another")) == "other");
  CHECK(service.requests().size() == 2);
  const auto of_another_key = client_of({.url = service.url(), .api_key = "other"});
  CHECK(title_of(ask(*of_another_key, "query")) == "other");
}

TEST_CASE("what may be fuller the next time is not kept", "[client]") {
  MemoryDouble service(says(200, R"({"results": [], "total": 0})"));
  const auto client = client_of({.url = service.url()});
  const auto empty = ask(*client, "query");
  CHECK(empty.report.state == TierState::Ok);
  CHECK(empty.report.count == 0);
  service.behave(
      says(200, R"({"results": [{"id": "e1", "title": "some", "score": 1}], "partial": true})"));
  CHECK(title_of(ask(*client, "query")) == "some");
  service.behave(answers("found"));
  CHECK(title_of(ask(*client, "query")) == "found");
}

TEST_CASE("an answer that there is nothing ends the one before it", "[client]") {
  MemoryDouble service(answers("found"));
  auto now = Clock::now();
  const auto client = client_of({.url = service.url(), .now = [&now] { return now; }});
  CHECK(title_of(ask(*client, "query")) == "found");
  now += std::chrono::hours(1);
  service.behave(says(200, R"({"results": [], "total": 0})"));
  CHECK(ask(*client, "query").report.state == TierState::Ok);
  service.behave(says(500, ""));
  CHECK(ask(*client, "query").report.state == TierState::Error);
}

TEST_CASE("a question that is let go or cancelled ends its request", "[client]") {
  std::atomic<int> waiting = 0;
  MemoryDouble service([&](const auto& exchange) {
    ++waiting;
    exchange.hang();
    --waiting;
  });
  const auto client = client_of({.url = service.url()});
  const auto until = [&](int count) {
    while (waiting != count) std::this_thread::sleep_for(1ms);
  };
  auto let_go = client->ask({.query = "a"}, Clock::now() + 1h, {});
  until(1);
  let_go.reset();
  until(0);
  std::stop_source cancelled;
  const auto recall = client->ask({.query = "b"}, Clock::now() + 1h, cancelled.get_token());
  until(1);
  cancelled.request_stop();
  CHECK(recall->wait().report.state == TierState::Timeout);
  until(0);
}

TEST_CASE("a client that ends hangs up, and waits for no service", "[client]") {
  std::atomic<bool> hung_up = false;
  MemoryDouble service([&](const auto& exchange) {
    exchange.hang();
    hung_up = true;
  });
  auto client = client_of({.url = service.url()});
  const auto recall = client->ask({.query = "a"}, Clock::now() + 1h, {});
  while (service.requests().empty()) std::this_thread::sleep_for(1ms);
  client.reset();
  while (!hung_up) std::this_thread::sleep_for(1ms);
  SUCCEED();
}

TEST_CASE("so many questions may be under way, and one more is refused with the reason",
          "[client]") {
  MemoryDouble service([](const auto& exchange) { exchange.hang(); });
  const auto client = client_of({.url = service.url()});
  std::vector<std::unique_ptr<Recall>> all;
  all.reserve(Client::kMaxRunning);
  for (std::size_t i = 0; i < Client::kMaxRunning; ++i)
    all.push_back(client->ask({.query = std::to_string(i)}, Clock::now() + 1h, {}));
  const auto refused = ask(*client, "one more");
  CHECK(refused.report.state == TierState::Error);
  CHECK_THAT(refused.report.why, Catch::Contains("64 searches"));
  all.clear();
  service.behave(answers("found"));
  while (ask(*client, "one more").report.state != TierState::Ok) std::this_thread::sleep_for(1ms);
}

TEST_CASE("a name server that does not answer holds nobody up", "[client]") {
  const test::HangingResolver hanging;
  const auto client = client_of({.url = "https://memory.hangs"});
  CHECK(ask(*client, "a", 20ms).report.state == TierState::Timeout);
  CHECK(client->contents({"e1"}, 0, Clock::now() + 20ms, {}).report.state == TierState::Timeout);
}

TEST_CASE("contents are asked for by their ids", "[client]") {
  MemoryDouble service(says(200, R"({"items": [{"id": "e1", "score": 3, "title": "t",
      "content": "whole"}, {"id": "e7", "content": "not asked for"}], "missing": ["e2"]})"));
  const auto client = client_of({.url = service.url(), .api_key = "key"});
  const auto fetched = client->contents({"e1", "e2"}, 0, Clock::now() + 10s, {});
  CHECK(fetched.report.state == TierState::Ok);
  CHECK(fetched.report.count == 1);
  REQUIRE(fetched.items.size() == 1);
  CHECK(fetched.items[0].text == "whole");
  const auto requests = service.requests();
  REQUIRE(requests.size() == 1);
  CHECK_THAT(requests[0].head, Catch::StartsWith("POST /v1/contents HTTP/1.1\r\n"));
  CHECK(Json::parse(requests[0].body) == Json{{"ids", {"e1", "e2"}}});
  (void)client->contents({"e1"}, 700, Clock::now() + 10s, {});
  CHECK(Json::parse(service.requests().at(1).body) == Json{{"ids", {"e1"}}, {"offset", 700}});
  service.behave(says(404, ""));
  const auto none = client->contents({"e1"}, 0, Clock::now() + 10s, {});
  CHECK(none.report.state == TierState::Ok);
  CHECK(none.items.empty());
  CHECK_THAT(none.report.why, Catch::Contains("there is no /v1/contents"));
  service.behave(says(500, ""));
  const auto failed = client->contents({"e1"}, 0, Clock::now() + 10s, {});
  CHECK(failed.report.state == TierState::Error);
  CHECK(failed.items.empty());
}

TEST_CASE("options that cannot be right are refused, and no key repeated", "[client]") {
  const auto refused = [](const ClientOptions& options) {
    const auto client = Client::create(options);
    REQUIRE_FALSE(client);
    CHECK(client.error().kind == ErrorKind::InvalidArgument);
    CHECK_THAT(client.error().message, !Catch::Contains("secret"));
    return client.error().message;
  };
  CHECK_THAT(refused({.url = "http://memory.example.com"}),
             Catch::StartsWith("--memory-url: ") && Catch::Contains("in clear"));
  CHECK_THAT(refused({.url = "https://user:secret@host"}),
             Catch::Contains("LIGHTFAST_MEMORY_API_KEY"));
  CHECK_THAT(refused({.url = "https://host", .api_key = "secret\r\nX: y"}),
             Catch::StartsWith("LIGHTFAST_MEMORY_API_KEY"));
  CHECK_THAT(refused({.url = "https://host", .ca_file = "/dev/null"}),
             Catch::Contains("LIGHTFAST_CA_FILE"));
}

}  // namespace
}  // namespace lightfast::memory
