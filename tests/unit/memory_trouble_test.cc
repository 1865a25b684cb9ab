#include <chrono>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/memory/service.h"
#include "tools/memory/trouble.h"

namespace lightfast::memory {
namespace {

using namespace std::chrono_literals;
using Kind = Trouble::Kind;
using Pause = std::optional<std::chrono::milliseconds>;

const AskedService asked_service{.url = "https://host/x", .route = "/v1/search"};

struct Status {
  web::Answer answer;
  Kind kind;
  Pause retry_after;
  std::string words;
};

TEST_CASE("each status is of its kind, and says what to do", "[trouble]") {
  const std::string html = "<html>\n<h1>502</h1>";
  const std::string bad =
      R"({"defined": true, "code": "BAD_REQUEST", "status": 400, "message": "types: unknown"})";
  const auto& [answer, kind, retry_after, words] = GENERATE_COPY(values<Status>({
      {{.status = 204}, Kind::Failed, {}, "is --memory-url right"},
      {{.status = 302, .location = "http://evil/\x1b"}, Kind::Misused, {}, "not followed"},
      {{.status = 400, .body = bad}, Kind::Misused, {}, "answered 400: types: unknown"},
      {{.status = 401},
       Kind::KeyRefused,
       {},
       "refused the API key: check LIGHTFAST_MEMORY_API_KEY"},
      {{.status = 403}, Kind::KeyRefused, {}, "does not let the API key do this"},
      {{.status = 404}, Kind::Absent, {}, "there is no /v1/search"},
      {{.status = 405}, Kind::Absent, {}, "there is no /v1/search"},
      {{.status = 413}, Kind::Misused, {}, "answered 413"},
      {{.status = 429}, Kind::Failed, 0ms, "answered 429"},
      {{.status = 429, .retry_after = "7"}, Kind::Failed, 7s, "try again in 7 s"},
      {{.status = 500}, Kind::Failed, {}, "answered 500"},
      {{.status = 500, .retry_after = "1"}, Kind::Failed, {}, "answered 500"},
      {{.status = 502, .reason = "Bad Gateway", .body = html},
       Kind::Failed,
       0ms,
       "502 Bad Gateway"},
      {{.status = 503, .retry_after = "0"}, Kind::Failed, 0ms, "answered 503"},
      {{.status = 503, .retry_after = "Mon, 01 Mar 2027 00:00:00 GMT"}, Kind::Failed, {}, "503"},
      {{.status = 503, .retry_after = "-1"}, Kind::Failed, {}, "503"},
      {{.status = 503, .retry_after = "99999999999999999999"}, Kind::Failed, {}, "503"},
      {{.status = 504}, Kind::Failed, {}, "answered 504"},
      {{.status = 999}, Kind::Failed, {}, "answered 999"},
  }));
  const auto trouble = trouble_of(answer, asked_service);
  INFO(answer.status << ": " << trouble.why);
  CHECK(trouble.kind == kind);
  CHECK(trouble.retry_after == retry_after);
  CHECK_THAT(trouble.why, Catch::Contains(words) && Catch::Contains("https://host/x") &&
                              !Catch::Contains("\n") && !Catch::Contains("\x1b"));
}

TEST_CASE("who has no key is told where it belongs", "[trouble]") {
  const auto trouble =
      trouble_of(web::Answer{.status = 401}, {.url = "u", .route = "r", .with_key = false});
  CHECK_THAT(trouble.why, Catch::Contains("LIGHTFAST_MEMORY_API_KEY_FILE"));
}

TEST_CASE("each failure is of its kind", "[trouble]") {
  using Fault = web::Fault::Kind;
  const auto of = [](Fault kind, ErrorKind error, bool connecting) {
    return trouble_of(web::Failure{.fault = {kind, {error, "why"}}, .connecting = connecting},
                      asked_service);
  };
  CHECK(of(Fault::Late, ErrorKind::Timeout, true).kind == Kind::Late);
  CHECK(of(Fault::Cancelled, ErrorKind::Unavailable, false).kind == Kind::Cancelled);
  CHECK(of(Fault::Refused, ErrorKind::Unavailable, true).retry_after == 0ms);
  CHECK(of(Fault::Refused, ErrorKind::Unavailable, true).why ==
        "cannot reach 'https://host/x': why");
  CHECK(of(Fault::Closed, ErrorKind::Unavailable, false).retry_after == std::nullopt);
  CHECK_THAT(of(Fault::Other, ErrorKind::LimitExceeded, false).why,
             Catch::Contains("does not answer as a Memory service"));
}

TEST_CASE("what counts against the service", "[trouble]") {
  for (const auto kind :
       {Kind::Cancelled, Kind::KeyRefused, Kind::Absent, Kind::Misused, Kind::Open, Kind::Busy})
    CHECK_FALSE(counts_as_failure({kind, ""}, 10s));
  CHECK(counts_as_failure({Kind::Failed, ""}, 1ms));
  CHECK_FALSE(counts_as_failure({Kind::Late, ""}, 900ms));
  CHECK(counts_as_failure({Kind::Late, ""}, 1s - 1ms));
}

TEST_CASE("a call is made again only when that may help, and in time", "[trouble]") {
  const auto pause = [](Pause retry_after, std::chrono::milliseconds left, double chance) {
    return pause_before_retry({Kind::Failed, "", retry_after}, left, chance);
  };
  CHECK(pause(std::nullopt, 10s, 0) == std::nullopt);
  CHECK(pause(0ms, 1s, 0) == 0ms);
  CHECK(pause(0ms, 1s, 0.5) == 50ms);
  CHECK(pause(0ms, 50ms, 0) == std::nullopt);
  CHECK(pause(0ms, 51ms, 0) == 0ms);
  CHECK(pause(1s, 1500ms, 1) == 1100ms);
  CHECK(pause(1s, 1050ms, 0) == std::nullopt);
  CHECK(pause(1s, 1s, 0) == std::nullopt);
}

}  // namespace
}  // namespace lightfast::memory
