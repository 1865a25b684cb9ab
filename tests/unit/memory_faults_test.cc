// What becomes of a question when the service, or the way to it, fails.
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "certificates.h"
#include "memory_double.h"
#include "memory_world.h"
#include "tools/memory/breaker_file.h"
#include "tools/memory/client.h"

namespace lightfast::memory {
namespace {

using namespace std::chrono_literals;
using contract::TierState;
using test::answers;
using test::ask;
using test::client_of;
using test::Clock;
using test::DoubleExchange;
using test::MemoryDouble;
using test::says;
using test::TempDirectory;
using test::title_of;

constexpr const char* kHead = "HTTP/1.1 200 OK\r\n";

// Sends `first`, then `piece` for ever; counts what went out.
MemoryDouble::Behave endless(const std::string& first, const std::string& piece,
                             std::atomic<std::size_t>* sent = nullptr) {
  return [=](const DoubleExchange& exchange) {
    if (!exchange.send(first)) return;
    while (exchange.send(piece)) {
      if (sent != nullptr) *sent += piece.size();
    }
  };
}

struct Fault {
  const char* name;
  MemoryDouble::Behave behave;
  TierState state;
  const char* why;
  bool opens;  // the breaker, when it happens often enough
};

MemoryDouble::Behave cut_off(const std::string& bytes) {
  return [=](const DoubleExchange& exchange) {
    (void)exchange.send(bytes);
    ::shutdown(exchange.socket, SHUT_RDWR);
  };
}

std::vector<Fault> faults() {
  const std::string piece(65536, 'x');
  const auto not_a_service = "does not answer as a Memory service";
  return {
      {"500", says(500, "broken"), TierState::Error, "answered 500", true},
      {"502", says(502, "<html>"), TierState::Error, "answered 502", true},
      {"503, back in a day", says(503, "", "Retry-After: 86400\r\n"), TierState::Error,
       "try again in 86400 s", true},
      {"429", says(429, ""), TierState::Error, "answered 429", true},
      {"HTML", says(200, "<html>hello</html>"), TierState::Error, "not JSON", true},
      {"nothing", says(200, ""), TierState::Error, "not JSON", true},
      {"another shape", says(200, R"({"hits": []})"), TierState::Error, "no list of results", true},
      {"no HTTP", cut_off("220 mail.example.com ESMTP\r\n"), TierState::Error, not_a_service, true},
      {"closes", cut_off(""), TierState::Error, "gave no whole answer", true},
      {"two lengths",
       cut_off(std::string(kHead) + "Content-Length: 2\r\nContent-Length: 14\r\n\r\n{}"),
       TierState::Error, not_a_service, true},
      {"closes in the middle", cut_off(std::string(kHead) + "Content-Length: 9\r\n\r\n{"),
       TierState::Error, "gave no whole answer", true},
      {"too large", says(200, std::string(2 << 20, ' ')), TierState::Error, "over 1 MiB", true},
      {"endless", endless(std::string(kHead) + "\r\n", piece), TierState::Error, "over 1 MiB",
       true},
      {"endless chunks",
       endless(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n",
               "10000\r\n" + piece + "\r\n"),
       TierState::Error, "over 1 MiB", true},
      {"endless empty lines of a chunk's size",
       endless(std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
       TierState::Error, not_a_service, true},
      {"endless head", endless(kHead, "X: y\r\n"), TierState::Error, not_a_service, true},
      {"400", says(400, ""), TierState::Error, "answered 400", false},
      {"401", says(401, ""), TierState::Error, "LIGHTFAST_MEMORY_API_KEY", false},
      {"403", says(403, ""), TierState::Error, "LIGHTFAST_MEMORY_API_KEY", false},
      {"404", says(404, ""), TierState::Error, "there is no /v1/search", false},
      {"redirect", says(302, "", "Location: http://127.0.0.1:1/\r\n"), TierState::Error,
       "not followed", false},
  };
}

TEST_CASE("each fault is told as it is, and opens the breaker if it should", "[faults]") {
  for (const auto& fault : faults()) {
    INFO(fault.name);
    MemoryDouble service(fault.behave);
    const TempDirectory here;
    const auto client =
        client_of({.url = service.url(), .api_key = "sk-lf-secret", .data_dir = here.path()});
    for (int i = 0; i < 5; ++i) {
      const auto recalled = ask(*client, "query " + std::to_string(i));
      CHECK(recalled.report.state == fault.state);
      CHECK_THAT(recalled.report.why, Catch::Contains(fault.why) &&
                                          Catch::Contains(service.url()) &&
                                          !Catch::Contains("secret") && !Catch::Contains("\n"));
    }
    const auto asked = service.requests().size();
    const auto sixth = ask(*client, "query");
    CHECK((sixth.report.state == TierState::Open) == fault.opens);
    CHECK((service.requests().size() == asked) == fault.opens);
  }
}

TEST_CASE("a service that hangs is left at the deadline", "[faults]") {
  const auto behave = GENERATE(values<MemoryDouble::Behave>(
      {[](const auto& exchange) { exchange.hang(); },
       [](const auto& exchange) {
         (void)exchange.send(kHead);
         exchange.hang();
       },
       [](const auto& exchange) {
         (void)exchange.send(std::string(kHead) + "Content-Length: 100\r\n\r\n{");
         exchange.hang();
       },
       [](const auto& exchange) {  // a byte now and then
         (void)exchange.send(std::string(kHead) + "Content-Length: 99999\r\n\r\n");
         while (exchange.send(" ")) std::this_thread::sleep_for(5ms);
       }}));
  MemoryDouble service(behave);
  const auto client = client_of({.url = service.url()});
  for (int i = 0; i < 6; ++i) {  // too short to be held against it
    const auto recalled = ask(*client, "query", 40ms);
    CHECK(recalled.report.state == TierState::Timeout);
    CHECK_THAT(recalled.report.why, Catch::Contains("in time"));
  }
  service.behave(answers("found"));
  CHECK(ask(*client, "query").report.state == TierState::Ok);
}

TEST_CASE("being late counts when there was time enough", "[faults]") {
  MemoryDouble service([](const auto& exchange) { exchange.hang(); });
  const auto client = client_of({.url = service.url()});
  std::vector<std::unique_ptr<Recall>> recalls;
  recalls.reserve(5);
  const auto deadline = Clock::now() + 1s;
  for (int i = 0; i < 5; ++i)
    recalls.push_back(client->ask({.query = std::to_string(i), .wait = 1s}, deadline, {}));
  for (const auto& recall : recalls) CHECK(recall->wait().report.state == TierState::Timeout);
  recalls.clear();
  while (ask(*client, "query", 20ms).report.state != TierState::Open) continue;
}

TEST_CASE("a millisecond is no time to answer in, and nothing is held against the service",
          "[faults]") {
  MemoryDouble service([](const auto& exchange) {
    std::this_thread::sleep_for(20ms);
    exchange.reply(200, test::answer_of("found"));
  });
  const auto client = client_of({.url = service.url()});
  for (int i = 0; i < 10; ++i) CHECK(ask(*client, "query", 1ms).report.state == TierState::Timeout);
  for (int i = 0; i < 10; ++i) CHECK(ask(*client, "query", 0ms).report.state == TierState::Timeout);
  CHECK(ask(*client, "query").report.state == TierState::Ok);
}

TEST_CASE("of an answer that is too large no more is read", "[faults]") {
  std::atomic<std::size_t> sent = 0;
  const std::string piece(65536, 'x');
  MemoryDouble service(
      endless(std::string(kHead) + "Content-Length: 104857600\r\n\r\n", piece, &sent));
  const auto client = client_of({.url = service.url()});
  CHECK(ask(*client, "query").report.state == TierState::Error);
  service.stop();
  CHECK(sent < std::size_t{32} << 20);  // with what sockets on both sides hold
}

TEST_CASE("what passes over is tried again, once", "[faults]") {
  std::atomic<int> asked = 0;
  const auto first = GENERATE(values<MemoryDouble::Behave>(
      {says(502, ""), says(503, ""), says(503, "", "Retry-After: 0\r\n"),
       says(503, "", "Retry-After: 1\r\n"), says(429, "")}));
  MemoryDouble service(
      [&](const auto& exchange) { (asked++ == 0 ? first : answers("found"))(exchange); });
  const auto client = client_of({.url = service.url()});
  CHECK(title_of(ask(*client, "query")) == "found");
  CHECK(asked == 2);
}

TEST_CASE("what does not pass over in time is not tried again", "[faults]") {
  const auto behave = GENERATE(
      values<MemoryDouble::Behave>({says(500, ""), says(504, ""), says(400, ""), says(401, ""),
                                    says(503, "", "Retry-After: 30\r\n"),
                                    says(503, "", "Retry-After: soon\r\n"), says(200, "")}));
  MemoryDouble service(behave);
  const auto client = client_of({.url = service.url()});
  CHECK(ask(*client, "query").report.state == TierState::Error);
  CHECK(service.requests().size() == 1);
}

// As if the time until the breaker's trial had passed.
void let_the_pause_pass(const TempDirectory& data) {
  const auto directory = data / "memory";
  const auto names = test::names_in(directory);
  REQUIRE(names.size() == 1);
  BreakerFile(directory / names[0]).update([](BreakerState& state) { state.retry_at = {}; });
}

TEST_CASE("a service that is down is not asked for a while, by no process, and then is again",
          "[faults]") {
  const TempDirectory data;
  MemoryDouble service(answers("found"));
  const ClientOptions options{.url = service.url(), .data_dir = data.path()};
  const auto client = client_of(options);
  const auto other = client_of(options);
  CHECK(ask(*client, "before").report.state == TierState::Ok);
  service.stop();
  for (int i = 0; i < 5; ++i) {
    const auto refused = ask(*client, "query");
    CHECK(refused.report.state == TierState::Error);
    CHECK_THAT(refused.report.why, Catch::Contains("cannot reach"));
  }
  service.start();
  for (auto* each : {client.get(), other.get()}) {
    const auto open = ask(*each, "query");
    CHECK(open.report.state == TierState::Open);
    CHECK_THAT(open.report.why, Catch::Contains("failed 5 times") && Catch::Contains(" s"));
  }
  const auto of_another_org =
      client_of({.url = service.url(), .data_dir = data.path(), .org = "another"});
  CHECK(ask(*of_another_org, "query").report.state == TierState::Ok);
}

TEST_CASE("a trial that goes well brings the service back for all", "[faults]") {
  const TempDirectory data;
  MemoryDouble service(says(503, ""));
  const ClientOptions options{.url = service.url(), .data_dir = data.path()};
  const auto client = client_of(options);
  const auto other = client_of(options);
  for (int i = 0; i < 5; ++i) ask(*client, "query");
  let_the_pause_pass(data);
  const auto asked = service.requests().size();
  CHECK(ask(*other, "query").report.state == TierState::Error);
  CHECK(service.requests().size() == asked + 1);  // the trial: it is not made again
  CHECK(ask(*client, "query").report.state == TierState::Open);
  service.behave(answers("found"));
  let_the_pause_pass(data);
  CHECK(ask(*client, "query").report.state == TierState::Ok);
  CHECK(ask(*other, "query").report.state == TierState::Ok);
}

// A clock for the age of answers, which does not go by itself.
struct FakeClock {
  std::shared_ptr<std::atomic<Cache::Time>> now =
      std::make_shared<std::atomic<Cache::Time>>(Cache::Time(1000h));
  Cache::Time operator()() const { return *now; }
};

TEST_CASE("when the service fails, what it answered within a day is given, with the reason",
          "[faults]") {
  MemoryDouble service(answers("found"));
  const FakeClock clock;
  const auto client = client_of({.url = service.url(), .now = clock});
  CHECK(ask(*client, "query").report.state == TierState::Ok);
  *clock.now = Cache::Time(1001h);
  const auto check_earlier = [&](const Recalled& recalled, const char* why) {
    CHECK(recalled.report.state == TierState::Cached);
    CHECK(recalled.report.age == 1h);
    CHECK_THAT(recalled.report.why,
               Catch::StartsWith("an earlier answer, because ") && Catch::Contains(why));
    CHECK(title_of(recalled) == "found");
  };
  service.behave([](const auto& exchange) { exchange.hang(); });
  check_earlier(ask(*client, "query", 20ms), "in time");
  service.behave(says(500, ""));
  for (int i = 0; i < 5; ++i) check_earlier(ask(*client, "query"), "answered 500");
  check_earlier(ask(*client, "query"), "failed 5 times in a row");
  CHECK(ask(*client, "never answered").report.state == TierState::Open);
  *clock.now = Cache::Time(1024h);
  CHECK(ask(*client, "query").report.state == TierState::Open);
}

TEST_CASE("an answer that is no longer fresh is asked for anew", "[faults]") {
  MemoryDouble service(answers("old"));
  const FakeClock clock;
  const auto client = client_of({.url = service.url(), .now = clock});
  CHECK(title_of(ask(*client, "query")) == "old");
  *clock.now = Cache::Time(1001h);
  service.behave(answers("new"));
  const auto anew = ask(*client, "query");
  CHECK(anew.report.state == TierState::Ok);
  CHECK(title_of(anew) == "new");
}

TEST_CASE("a key that is refused takes away what was answered to it", "[faults]") {
  MemoryDouble service(answers("found"));
  const FakeClock clock;
  const auto client = client_of({.url = service.url(), .api_key = "key", .now = clock});
  CHECK(ask(*client, "query").report.state == TierState::Ok);
  CHECK(ask(*client, "query").report.state == TierState::Cached);
  service.behave(says(GENERATE(401, 403), ""));
  *clock.now = Cache::Time(1001h);
  CHECK(ask(*client, "other").report.state == TierState::Error);
  service.behave([](const auto& exchange) { exchange.hang(); });
  CHECK(ask(*client, "query", 20ms).report.state == TierState::Timeout);
}

TEST_CASE("certificates are checked, and the own authority is taken", "[faults]") {
  const TempDirectory here;
  const test::Key key(::EVP_EC_gen("P-256"));
  const auto certificate = test::certificate_for("IP:127.0.0.1", key.get());
  httplib::SSLServer server(certificate.get(), key.get());
  server.Post("/v1/search", [](const auto&, httplib::Response& answer) {
    answer.set_content(test::answer_of("found"), "application/json");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  const std::jthread thread([&server] { server.listen_after_bind(); });
  while (!server.is_running()) std::this_thread::sleep_for(1ms);
  const auto url = "https://127.0.0.1:" + std::to_string(port);
  const auto ca_file = here.with_file("ca.pem", test::pem_of(certificate.get()));
  const auto trusting = client_of({.url = url, .ca_file = ca_file});
  CHECK(ask(*trusting, "query").report.state == TierState::Ok);
  const auto client = client_of({.url = url});
  const auto refused = ask(*client, "query");
  CHECK(refused.report.state == TierState::Error);
  CHECK_THAT(refused.report.why, Catch::Contains("certificate is refused"));
  server.stop();
}

}  // namespace
}  // namespace lightfast::memory
