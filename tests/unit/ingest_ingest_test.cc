#include "tools/ingest/ingest.h"

#include <atomic>
#include <chrono>
#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "temp_directory.h"

namespace lightfast::ingest {
namespace {

using namespace std::chrono_literals;
using test::TempDirectory;

const OrgId org{"acme"};

Routing routing() {
  return {.orgs = {{.id = org, .owner = "acme", .repository = "web"}},
          .secrets = {{"github", {"secret"}}},
          .is_single = true};
}

int status_of(Ingest& ingest, std::function<std::string(std::string_view)> header) {
  std::promise<int> status;
  ingest.take("github", {.org = {}, .body = "{}", .header = std::move(header)},
              [&status](const Answer& answer) { status.set_value(answer.status); });
  auto answered = status.get_future();
  REQUIRE(answered.wait_for(60s) == std::future_status::ready);
  return answered.get();
}

TEST_CASE("what there is no memory for is refused, and the next is looked at") {
  const TempDirectory here;
  const auto ingest =
      Ingest::create(
          here.path(), routing(), [](const OrgId&, const Ingest::Ended&) {},
          [](const OrgId&, std::span<const store::Delivery>) { return Result<std::size_t>(0); })
          .value();
  ingest->start();
  CHECK(status_of(*ingest, [](std::string_view) -> std::string { throw std::bad_alloc(); }) == 503);
  CHECK(status_of(*ingest, [](std::string_view) { return std::string(); }) == 401);
}

TEST_CASE("a sync that cannot be begun does not end the work on others") {
  const TempDirectory here;
  REQUIRE(Ledger::open(here.path())
              ->add({{.provider = "github", .org = org, .id = "1", .event = "push"}}));
  std::atomic<int> asked = 0;
  const auto ingest =
      Ingest::create(
          here.path(), routing(),
          [&asked](const OrgId&, const Ingest::Ended& ended) {
            if (++asked == 1) throw std::runtime_error("no thread");
            ended({});
          },
          [](const OrgId&, std::span<const store::Delivery>) { return Result<std::size_t>(0); })
          .value();
  ingest->start();
  const auto is_done = [&] {
    return Ledger::open(here.path())->list(Status::Done, 1).value().size() == 1;
  };
  for (int i = 0; i < 1000 && !is_done(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(is_done());
}

}  // namespace
}  // namespace lightfast::ingest
