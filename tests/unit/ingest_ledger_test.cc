#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include <catch2/catch.hpp>

#include "temp_directory.h"
#include "tools/ingest/ledger.h"

namespace lightfast::ingest {
namespace {

using namespace std::chrono_literals;
using test::TempDirectory;

const OrgId org{"acme"};
constexpr Time kStart{1'800'000'000'000ms};

Ledger opened(const TempDirectory& here) {
  auto ledger = Ledger::open(here.path());
  if (!ledger) FAIL(ledger.error().message);
  return *std::move(ledger);
}

Delivery push(const std::string& id) {
  return {.provider = "github",
          .org = org,
          .id = id,
          .event = "push",
          .body = "{}",
          .received_at = kStart};
}

std::vector<std::int64_t> due_of(Ledger& ledger, Time now) {
  return ledger.due(now).value()[org].now;
}

TEST_CASE("what is done or ignored does not wait") {
  const TempDirectory here;
  auto ledger = opened(here);
  auto ping = push("2");
  ping.status = Status::Ignored;
  ping.reason = "a ping";
  REQUIRE(ledger.add({push("1"), ping}));
  const auto due = due_of(ledger, kStart);
  REQUIRE(due.size() == 1);
  REQUIRE(ledger.mark_done(due));
  CHECK(due_of(ledger, kStart).empty());
  CHECK(ledger.list(Status::Done, 10).value().at(0).id == "1");
  CHECK(ledger.list(Status::Ignored, 10).value().at(0).reason == "a ping");
}

TEST_CASE("what fails waits ever longer, and is dead in the end, until it is replayed") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({push("1")}));
  auto now = kStart;
  for (const auto pause : {5s, 20s, 80s, 320s}) {
    REQUIRE(ledger.mark_failed(due_of(ledger, now), "no host", now));
    CHECK(due_of(ledger, now + pause - 1ms).empty());
    now += pause;
    REQUIRE(due_of(ledger, now).size() == 1);
  }
  REQUIRE(ledger.mark_failed(due_of(ledger, now), "no host", now));
  CHECK(due_of(ledger, now + 24h).empty());
  CHECK(ledger.count(Status::Dead).value().at(org) == 1);
  const auto dead = ledger.list(Status::Dead, 10).value().at(0);
  CHECK(dead.attempts == kMaxAttempts);
  CHECK(dead.reason == "no host");
  REQUIRE(ledger.replay("1"));
  CHECK(due_of(ledger, now).size() == 1);
  CHECK(ledger.replay("2").error().kind == ErrorKind::NotFound);
}

TEST_CASE("what is old or too much is forgotten, but not what waits") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({push("waits")}));
  std::vector<Delivery> many;
  for (std::int64_t i = 0; i <= kMostKept; ++i) {
    many.push_back(push("done" + std::to_string(i)));
    many.back().status = Status::Ignored;
  }
  auto elsewhere = many.front();
  elsewhere.org = {"another"};
  REQUIRE(ledger.add({elsewhere}));
  REQUIRE(ledger.add(many));
  REQUIRE(ledger.prune(kStart));
  const auto kept = ledger.list({}, 2 * static_cast<int>(kMostKept)).value();
  CHECK(kept.size() == kMostKept + 2);  // besides what waits, and what is another's
  CHECK(kept.front().id == "done" + std::to_string(kMostKept));
  REQUIRE(ledger.prune(kStart + kKept + 1ms));
  const auto left = ledger.list({}, 10).value();
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == "waits");
}

TEST_CASE("what is due brings along what would have to wait longer") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({push("1")}));
  REQUIRE(ledger.mark_failed(due_of(ledger, kStart), "no host", kStart));
  CHECK(ledger.due(kStart).value().empty());
  REQUIRE(ledger.add({push("2")}));
  const auto due = ledger.due(kStart).value().at(org);
  CHECK(due.now == std::vector<std::int64_t>{2});
  CHECK(due.all.size() == 2);
  REQUIRE(ledger.mark_done(due.all));
  CHECK(ledger.list(Status::Waiting, 10).value().empty());
}

TEST_CASE("a delivery of an unknown organisation waits for it, and is once in it") {
  const TempDirectory here;
  auto ledger = opened(here);
  auto unknown = push("1");
  unknown.org = {""};
  REQUIRE(ledger.add({unknown}));
  CHECK(ledger.due(kStart).value().empty());
  const auto unrouted = ledger.unrouted(kStart).value();
  REQUIRE(unrouted.size() == 1);
  CHECK(unrouted[0].delivery.event == "push");
  CHECK(unrouted[0].delivery.body == "{}");
  SECTION("it is found, of two") {
    auto other = push("1");
    other.org = {"another"};
    other.status = Status::Ignored;
    REQUIRE(ledger.replace(unrouted[0].number, {push("1"), other}));
    CHECK(due_of(ledger, kStart).size() == 1);
    CHECK(ledger.list(Status::Ignored, 10).value().at(0).org == other.org);
  }
  SECTION("it was sent again when the organisation was known") {
    REQUIRE(ledger.add({push("1")}));
    REQUIRE(ledger.replace(unrouted[0].number, {push("1")}));
    CHECK(ledger.list({}, 10).value().size() == 1);
  }
  CHECK(ledger.unrouted(kStart).value().empty());
}

TEST_CASE("ids belong to organisations until they are taken away") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.bind(Bound::Repository, 7, org, "a/b"));
  REQUIRE(ledger.bind(Bound::Repository, 7, org, "a/b"));
  REQUIRE(ledger.bind(Bound::Installation, 7, {"another"}, "c/d"));
  REQUIRE(ledger.bindings(Bound::Repository, 7).value().size() == 1);
  CHECK(ledger.bindings(Bound::Repository, 7)->front().org == org);
  CHECK(ledger.bound_to(org, "a/b", Bound::Repository).value() == std::vector<std::int64_t>{7});
  CHECK(ledger.bound_to(org, "a/x", Bound::Repository).value().empty());
  CHECK(ledger.bound_to(org, "a/b", Bound::Installation).value().empty());
  REQUIRE(ledger.bind(Bound::Installation, 8, org, "a/new"));
  CHECK(ledger.bindings(Bound::Repository, 7).value().empty());
  REQUIRE(ledger.unbind(Bound::Installation, 8, org));
  CHECK(ledger.bindings(Bound::Installation, 8).value().empty());
  CHECK(ledger.bindings(Bound::Installation, 7).value().size() == 1);
}

// As version 1 made it.
constexpr const char* kFirstSchema =
    "CREATE TABLE delivery (number INTEGER PRIMARY KEY, provider TEXT NOT NULL, org TEXT NOT NULL,"
    " id TEXT NOT NULL, event TEXT NOT NULL, received_at INTEGER NOT NULL, status TEXT NOT NULL"
    " CHECK (status IN ('waiting', 'done', 'ignored', 'dead')), attempts INTEGER NOT NULL DEFAULT"
    " 0, next_at INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', body TEXT NOT NULL,"
    " bytes INTEGER NOT NULL, UNIQUE (provider, org, id)) STRICT;"
    "CREATE INDEX delivery_status ON delivery (org, status, next_at);"
    "INSERT INTO delivery (provider, org, id, event, received_at, status, body, bytes)"
    " VALUES ('github', 'acme', '1', 'push', 1800000000000, 'waiting', '{}', 2);";

TEST_CASE("a ledger of the first version keeps what it has") {
  const TempDirectory here;
  const Database::Options first{.application_id = 0x4C466465, .version = 1, .schema = kFirstSchema};
  REQUIRE(Database::open(here / "deliveries.db", first));
  auto ledger = opened(here);
  CHECK(due_of(ledger, kStart).size() == 1);
  REQUIRE(ledger.bind(Bound::Repository, 7, org, "a/b"));
  CHECK(opened(here).bound_to(org, "a/b", Bound::Repository).value().size() == 1);
}

TEST_CASE("what root makes in another user's directory is that user's, and nobody else's") {
  if (::geteuid() != 0) return;
  const TempDirectory here;
  constexpr uid_t kOther = 65534;
  REQUIRE(::chown(here.path().c_str(), kOther, kOther) == 0);
  auto ledger = opened(here);
  REQUIRE(ledger.add({push("1")}));
  for (const char* name : {"deliveries.db", "deliveries.db-wal", "deliveries.db-shm"}) {
    struct stat status = {};
    REQUIRE(::stat((here / name).c_str(), &status) == 0);
    CAPTURE(name);
    CHECK(status.st_uid == kOther);
    CHECK((status.st_mode & 0777U) == 0600);
  }
}

TEST_CASE("a file that is not a ledger is left as it is") {
  const TempDirectory here;
  const auto text =
      GENERATE(std::string("not a database at all, but longer than a header would be"),
               std::string(4096, 'x'));
  (void)here.with_file("deliveries.db", text);
  CHECK(Ledger::open(here.path()).error().kind == ErrorKind::Corrupt);
  std::ifstream file(here / "deliveries.db");
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == text);
}

Delivery with_events(const std::string& id, bool needs_sync) {
  auto delivery = push(id);
  if (!needs_sync) delivery.provider = "linear";
  delivery.needs_sync = needs_sync;
  delivery.events = "{\"id\":\"" + id + "\"}\n";
  delivery.payload = id + std::string("\0\xff", 2);
  delivery.payload_bytes = 30;
  return delivery;
}

TEST_CASE("a delivery is done when its repository was looked at and its events are kept") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({with_events("1", true), with_events("2", false)}));
  CHECK(due_of(ledger, kStart) == std::vector<std::int64_t>{1});
  CHECK(ledger.with_pending(kStart).value() == std::vector<OrgId>{org});
  CHECK(ledger.pending_sizes().value().at(org).deliveries == 2);
  REQUIRE(ledger.mark_done({1}));
  CHECK(due_of(ledger, kStart).empty());
  CHECK(ledger.list(Status::Waiting, 10).value().size() == 2);
  const auto pending = ledger.pending(org, 1 << 20).value();
  REQUIRE(pending.size() == 2);
  CHECK(pending[1].number == 2);
  CHECK(pending[1].events == "{\"id\":\"2\"}\n");
  CHECK(pending[1].payload.provider == "linear");
  CHECK(pending[1].payload.delivery == "2");
  CHECK(pending[1].payload.packed == std::string("2\0\xff", 3));
  CHECK(pending[1].payload.bytes == 30);
  CHECK(ledger.pending(org, 1).value().size() == 1);
  REQUIRE(ledger.mark_kept({1, 2}));
  CHECK(ledger.list(Status::Done, 10).value().size() == 2);
  CHECK(ledger.with_pending(kStart).value().empty());
}

TEST_CASE("one whose events are kept first waits for its sync") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({with_events("1", true)}));
  REQUIRE(ledger.mark_kept({1}));
  CHECK(ledger.list(Status::Waiting, 10).value().size() == 1);
  REQUIRE(ledger.mark_done({1}));
  CHECK(ledger.list(Status::Done, 10).value().size() == 1);
}

TEST_CASE("events that a store does not take are dead in the end, and still there") {
  const TempDirectory here;
  auto ledger = opened(here);
  REQUIRE(ledger.add({with_events("1", false)}));
  auto now = kStart;
  for (const auto pause : {5s, 20s, 80s, 320s}) {
    REQUIRE(ledger.mark_not_kept(org, "full", now));
    CHECK(ledger.with_pending(now + pause - 1ms).value().empty());
    now += pause;
    REQUIRE(ledger.with_pending(now).value().size() == 1);
  }
  REQUIRE(ledger.postpone(org, "busy", now + 2s));  // as often as it takes
  CHECK(ledger.with_pending(now + 1s).value().empty());
  now += 2s;
  REQUIRE(ledger.mark_not_kept(org, "full", now));
  CHECK(ledger.with_pending(now + 24h).value().empty());
  CHECK(ledger.list(Status::Dead, 10).value().at(0).reason == "full");
  REQUIRE(ledger.prune(kStart + 2 * kKept));
  CHECK(ledger.pending(org, 1).value().size() == 1);
  REQUIRE(ledger.add({with_events("2", false)}));  // brings along what is dead
  CHECK(ledger.pending(org, 1 << 20).value().size() == 2);
  REQUIRE(ledger.replay("1"));
  CHECK(ledger.list(Status::Waiting, 10).value().size() == 2);
  REQUIRE(ledger.mark_kept({1, 2}));
  CHECK(ledger.list(Status::Done, 10).value().size() == 2);
  REQUIRE(ledger.prune(kStart + 2 * kKept));
  CHECK(ledger.list({}, 10).value().empty());
}

TEST_CASE("the events of one that is nobody's yet go along to whose it is, and are bounded") {
  const TempDirectory here;
  auto ledger = opened(here);
  auto unknown = with_events("1", true);
  unknown.org = {""};
  REQUIRE(ledger.add({unknown}));
  CHECK(ledger.with_pending(kStart).value().empty());
  const auto waiting = ledger.unrouted(kStart).value();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].delivery.events == unknown.events);
  auto known = waiting[0].delivery;
  known.org = org;
  REQUIRE(ledger.replace(waiting[0].number, {known}));
  const auto pending = ledger.pending(org, 1).value();
  CHECK(pending.at(0).events == unknown.events);
  CHECK(pending.at(0).payload.packed == unknown.payload);
  CHECK(ledger.pending_sizes().value().size() == 1);
  for (const char* const id : {"2", "3"}) {
    unknown.id = id;
    unknown.events = std::string(kMostUnroutedBytes * 2 / 3, 'x');
    REQUIRE(ledger.add({unknown}));
  }
  REQUIRE(ledger.prune_unrouted());
  CHECK(ledger.pending_sizes().value().at(OrgId{""}).deliveries == 1);
}

// As version 3 made it.
constexpr const char* kThirdSchema = R"(
  CREATE TABLE delivery (number INTEGER PRIMARY KEY, provider TEXT NOT NULL, org TEXT NOT NULL,
    id TEXT NOT NULL, event TEXT NOT NULL, received_at INTEGER NOT NULL, status TEXT NOT NULL
    CHECK (status IN ('waiting', 'done', 'ignored', 'dead')), attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', body TEXT NOT NULL,
    bytes INTEGER NOT NULL, needs_sync INTEGER NOT NULL DEFAULT 1, UNIQUE (provider, org, id))
    STRICT;
  CREATE INDEX delivery_status ON delivery (status, org, next_at);
  CREATE TABLE pending (number INTEGER PRIMARY KEY REFERENCES delivery (number) ON DELETE CASCADE,
    org TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL, events TEXT NOT NULL) STRICT;
  CREATE INDEX pending_org ON pending (org, next_at, bytes);
  CREATE TABLE binding (kind TEXT NOT NULL, id INTEGER NOT NULL, org TEXT NOT NULL,
    name TEXT NOT NULL, PRIMARY KEY (kind, id, org)) STRICT;
  INSERT INTO delivery (provider, org, id, event, received_at, status, body, bytes)
    VALUES ('github', 'acme', 'old', 'push', 1, 'waiting', '{}', 2);
  INSERT INTO pending (number, org, bytes, events) VALUES (1, 'acme', 3, '{}
');)";

TEST_CASE("events that wait in a ledger of the third version are kept without a payload") {
  const TempDirectory here;
  const Database::Options third{.application_id = 0x4C466465, .version = 3, .schema = kThirdSchema};
  REQUIRE(Database::open(here / "deliveries.db", third));
  auto ledger = opened(here);
  CHECK(due_of(ledger, kStart).size() == 1);
  REQUIRE(ledger.add({with_events("new", false)}));
  const auto pending = ledger.pending(org, 1 << 20).value();
  REQUIRE(pending.size() == 2);
  CHECK(pending[0].events == "{}\n");
  CHECK(pending[0].payload.packed.empty());
  CHECK(pending[1].payload.bytes == 30);
}

TEST_CASE("a ledger of the second version is brought up to date") {
  const TempDirectory here;
  {
    auto old = Database::open(here.path() / "deliveries.db",
                              {.application_id = 0x4C466465, .version = 2, .schema = R"(
        CREATE TABLE delivery (number INTEGER PRIMARY KEY, provider TEXT NOT NULL, org TEXT NOT NULL,
          id TEXT NOT NULL, event TEXT NOT NULL, received_at INTEGER NOT NULL, status TEXT NOT NULL
          CHECK (status IN ('waiting', 'done', 'ignored', 'dead')), attempts INTEGER NOT NULL DEFAULT 0,
          next_at INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', body TEXT NOT NULL,
          bytes INTEGER NOT NULL, UNIQUE (provider, org, id)) STRICT;
        CREATE INDEX delivery_status ON delivery (status, org, next_at);
        CREATE TABLE binding (kind TEXT NOT NULL, id INTEGER NOT NULL, org TEXT NOT NULL,
          name TEXT NOT NULL, PRIMARY KEY (kind, id, org)) STRICT;
        INSERT INTO delivery (provider, org, id, event, received_at, status, body, bytes)
          VALUES ('github', 'acme', 'old', 'push', 1, 'waiting', '{}', 2);)"});
    REQUIRE(old);
  }
  auto ledger = opened(here);
  CHECK(due_of(ledger, kStart).size() == 1);
  REQUIRE(ledger.add({with_events("new", false)}));
  CHECK(ledger.pending(org, 1).value().size() == 1);
}

}  // namespace
}  // namespace lightfast::ingest
