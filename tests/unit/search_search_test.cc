#include "tools/search/search.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

#include "contract/schema.h"
#include "contract/search.h"
#include "tests/unit/temp_directory.h"
#include "tools/store/store.h"

namespace lightfast::search {
namespace {

using contract::SearchAnswer;
using contract::TierState;
using lightfast::test::TempDirectory;

const Moment kNow = parse_moment("2026-03-10T12:00:00Z").value();

// Answers with what it was given, and remembers what it was asked.
class FakeMemory final : public memory::LongTerm {
 public:
  memory::Recalled says;
  std::vector<contract::SearchRequest> asked;

  std::unique_ptr<memory::Recall> ask(const contract::SearchRequest& request,
                                      std::chrono::steady_clock::time_point /*deadline*/,
                                      std::stop_token /*cancelled*/) override {
    asked.push_back(request);
    return std::make_unique<Answered>(says);
  }
  memory::Fetched contents(const std::vector<std::string>& /*ids*/, std::size_t /*offset*/,
                           std::chrono::steady_clock::time_point /*deadline*/,
                           std::stop_token /*cancelled*/) override {
    return {};
  }

 private:
  class Answered final : public memory::Recall {
   public:
    explicit Answered(memory::Recalled says) : says_(std::move(says)) {}
    memory::Recalled wait() override { return says_; }

   private:
    memory::Recalled says_;
  };
};

memory::Recalled recalled(std::vector<contract::SearchResult> results) {
  const auto count = static_cast<std::int64_t>(results.size());
  return {.answer = {.results = std::move(results), .total = count, .store = {}, .memory = {}},
          .report = {.state = TierState::Ok, .count = count}};
}

store::Event event(const std::string& id, const std::string& subject, const std::string& title,
                   const std::string& at = "2026-03-01", const Json& attributes = Json::object()) {
  return {.id = id,
          .source = "github",
          .type = subject.starts_with("pr:") ? "pull_request.opened" : "deployment.created",
          .occurred_at = parse_moment(at).value(),
          .subject = subject,
          .title = title,
          .body = "Body of " + id + ": " + title + " and more.",
          .url = "https://github.test/" + id,
          .attributes = attributes};
}

class Fixture {
 public:
  explicit Fixture(const std::vector<store::Event>& events) {
    if (events.empty()) return;
    auto writer = store::StoreWriter::open(here_ / "store.db", "a test");
    REQUIRE(writer.has_value());
    REQUIRE(writer->add(events, kNow).has_value());
  }
  FakeMemory& memory() { return memory_; }
  void without_memory() { has_memory_ = false; }
  [[nodiscard]] std::filesystem::path file() const { return here_ / "store.db"; }

  Json ask(Json input) {
    const auto procedure = contract::search_procedure();
    auto checked = contract::Schema::compile(procedure.input_schema)->check(std::move(input));
    REQUIRE(checked.has_value());
    const auto handler =
        make_search_handler(readers_, has_memory_ ? &memory_ : nullptr, [] { return kNow; });
    auto answer = handler(*checked, {.request = {"a-request"}, .org = {}, .cancelled = {}});
    if (!answer) FAIL(answer.error().message);
    const auto fits = contract::Schema::compile(procedure.output_schema)->check(*answer);
    if (!fits) FAIL(fits.error().message);
    return *answer;
  }
  Json ask(const char* query) { return ask(Json{{"query", query}}); }

  static std::string ids(const Json& answer) {
    std::string ids;
    for (const auto& result : answer["results"]) ids += result["id"].get<std::string>() + " ";
    return ids;
  }

 private:
  TempDirectory here_;
  store::Readers readers_{here_ / "store.db"};
  FakeMemory memory_;
  bool has_memory_ = true;
};

std::vector<store::Event> some_events() {
  return {event("retry", "pr:acme/web#1", "Retry failed uploads", "2026-03-01",
                {{"state", "open"}, {"title", "Retry failed uploads"}}),
          event("cache", "pr:acme/web#2", "Cache thumbnails", "2026-03-02", {{"state", "merged"}}),
          event("docs", "pr:acme/docs#1", "Describe uploads", "2026-03-03", {{"state", "open"}}),
          event("live", "deployment:77", "web to production", "2026-03-09")};
}

TEST_CASE("words find what has them, the best first, with a reason", "[search]") {
  Fixture fixture(some_events());
  const auto answer = fixture.ask("retrying uploads");
  CHECK(Fixture::ids(answer) == "retry docs ");
  const auto& first = answer["results"][0];
  CHECK(first["score"] == 1.0);
  CHECK(first["reason"] == "words: retrying, uploads");
  CHECK(first["tier"] == "store");
  CHECK(first["subject"] == "pr:acme/web#1");
  CHECK(first["occurredAt"] == "2026-03-01T00:00:00Z");
  CHECK_THAT(first["snippet"].get<std::string>(), Catch::Contains("Retry failed uploads"));
  CHECK(answer["total"] == 2);
  CHECK(answer["partial"] == false);
  CHECK(answer["requestId"] == "a-request");
}

TEST_CASE("a handle finds the one thing alone", "[search]") {
  Fixture fixture(some_events());
  for (const auto* handle : {"pr:acme/web#2", "web#2", "acme/web#2", "#2", "PR:2"}) {
    CAPTURE(handle);
    const auto answer = fixture.ask(handle);
    CHECK(Fixture::ids(answer) == "cache ");
    CHECK(answer["results"][0]["reason"] == "exactly pr:acme/web#2");
    CHECK(answer["tiers"]["memory"]["state"] == "skipped");
  }
  CHECK(Fixture::ids(fixture.ask("uploads like in web#2")).starts_with("cache "));
  CHECK(fixture.memory().asked.size() == 1);
}

TEST_CASE("a handle that nothing local has is asked for in long-term memory", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled({{.id = "old",
                                     .title = "Old",
                                     .snippet = "",
                                     .score = 2,
                                     .source = "github",
                                     .type = "pull_request.opened"}});
  const auto answer = fixture.ask("#999");
  CHECK(Fixture::ids(answer) == "old ");
  CHECK(answer["results"][0]["tier"] == "memory");
  CHECK(answer["tiers"]["memory"]["state"] == "ok");
}

TEST_CASE("lists are of what is newest, or open", "[search]") {
  Fixture fixture(some_events());
  CHECK(Fixture::ids(fixture.ask("open pull requests")) == "docs retry ");
  CHECK(Fixture::ids(fixture.ask("latest deployments")) == "live ");
  CHECK(Fixture::ids(fixture.ask("recent events")) == "live docs cache retry ");
  CHECK(fixture.memory().asked.empty());
}

TEST_CASE("who did something is found by the name, and what she did", "[search]") {
  auto events = some_events();
  events[1].actor = "person:mia";
  Fixture fixture(events);
  for (const auto* question : {"@mia", "what did @mia do"}) {
    const auto answer = fixture.ask(question);
    REQUIRE(!answer["results"].empty());
    CHECK(answer["results"][0]["id"] == "cache");
    CHECK(answer["results"][0]["reason"] == "by person:mia");
  }
}

TEST_CASE("a path finds what changed the file", "[search]") {
  auto events = some_events();
  events[2].relations = {{.entity = "file:acme/docs/src/upload.cc", .type = "modifies"}};
  Fixture fixture(events);
  const auto answer = fixture.ask("src/upload.cc");
  CHECK(Fixture::ids(answer) == "docs ");
  CHECK(answer["results"][0]["reason"] == "modifies file:acme/docs/src/upload.cc");
  CHECK(answer["tiers"]["memory"]["state"] == "skipped");
  CHECK(Fixture::ids(fixture.ask("uploads/none.cc")) == "docs retry ");  // words
}

TEST_CASE("filters hold for all there is, not for the newest of it", "[search]") {
  std::vector<store::Event> events = {event("first", "pr:acme/web#1", "Begin", "2026-01-01"),
                                      event("live", "deployment:77", "web", "2026-01-02")};
  events[0].actor = "person:mia";
  for (int i = 0; i < 400; ++i) {
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#1", "More", "2026-02-01"));
    events.back().actor = "person:mia";
    events.back().source = "other";
  }
  Fixture fixture(events);
  const Json until = {{"before", "2026-02-01"}};
  const auto ask = [&](const char* query, Json filter) {
    filter["query"] = query;
    return fixture.ask(filter);
  };
  CHECK(Fixture::ids(ask("latest", {{"types", {"deployment"}}})) == "live ");
  CHECK(Fixture::ids(ask("latest prs", {{"sources", {"github"}}})) == "first ");
  CHECK(Fixture::ids(ask("latest", until)) == "live first ");
  CHECK(Fixture::ids(ask("@mia", until)) == "first ");
  CHECK(Fixture::ids(ask("web#1", {{"sources", {"github"}}})) == "first ");
  const auto all = fixture.ask("@mia");
  CHECK(all["total"] == 100);
  CHECK(all["partial"] == true);  // and says that there are more
}

TEST_CASE("a list of what is of no known kind is found by its words", "[search]") {
  auto events = some_events();
  events[1].type = "deploy.finished";
  events[1].title = "deploys of web";
  Fixture fixture(events);
  CHECK(Fixture::ids(fixture.ask("latest releases")).empty());
  CHECK(Fixture::ids(fixture.ask({{"query", "latest deploys"}, {"before", "2026-03-05"}})) ==
        "cache ");
}

TEST_CASE("what is open is listed however much was closed since, and a cut is said", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 6'000; ++i)
    events.push_back(event("c" + std::to_string(i), "pr:acme/web#" + std::to_string(100 + i),
                           "Closed", "2026-03-02", {{"state", "closed"}}));
  events.push_back(event("open", "pr:acme/web#1", "Open", "2026-03-01", {{"state", "open"}}));
  Fixture fixture(events);
  const auto open = fixture.ask("open prs");
  CHECK(Fixture::ids(open) == "open ");
  CHECK(open["partial"] == false);
  const auto newest = fixture.ask("latest prs");
  CHECK(newest["total"] == 200);
  CHECK(newest["partial"] == true);
}

TEST_CASE("a question that takes long is cut short", "[search]") {
  std::vector<store::Event> events;
  std::string body;
  for (int i = 0; i < 40; ++i) body += "word_" + std::to_string(i) + "_of_many ";
  for (int i = 0; i < 20'000; ++i) {
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i), "x"));
    events.back().body = body;
  }
  Fixture fixture(events);
  const auto begun = std::chrono::steady_clock::now();
  const auto answer = fixture.ask({{"query", body}, {"waitMs", 0}});
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
  CHECK(answer["partial"] == true);
}

TEST_CASE("filters and pages hold for what is found", "[search]") {
  Fixture fixture(some_events());
  fixture.without_memory();
  const Json all = {{"query", "uploads web thumbnails"}};
  CHECK(fixture.ask(all)["total"] == 4);
  auto page = all;
  page["limit"] = 2;
  page["offset"] = 1;
  const auto whole = Fixture::ids(fixture.ask(all));
  CHECK_THAT(whole, Catch::Contains(Fixture::ids(fixture.ask(page))));
  CHECK(fixture.ask(page)["total"] == 4);
  page["offset"] = 9;
  CHECK(fixture.ask(page)["results"].empty());

  auto filtered = all;
  filtered["types"] = {"deployment"};
  CHECK(Fixture::ids(fixture.ask(filtered)) == "live ");
  filtered = all;
  filtered["after"] = "2026-03-02";
  filtered["before"] = "2026-03-03";
  CHECK(Fixture::ids(fixture.ask(filtered)) == "cache ");
}

TEST_CASE("both tiers are blended, and what both have is one", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled(
      {{.id = "retry", .title = "as it was", .snippet = "", .score = 5, .source = "x", .type = "y"},
       {.id = "older",
        .title = "Uploads of 2020",
        .snippet = "uploads",
        .score = 3,
        .source = "archive",
        .type = "document",
        .reason = "meaning"}});
  const auto answer = fixture.ask("retrying uploads");
  CHECK(Fixture::ids(answer) == "retry older docs ");
  CHECK(answer["results"][0]["tier"] == "both");
  CHECK(answer["results"][0]["title"] == "Retry failed uploads");
  CHECK(answer["results"][1]["tier"] == "memory");
  CHECK(answer["results"][1]["reason"] == "long-term memory: meaning");
  CHECK(answer["tiers"]["memory"]["state"] == "ok");
  CHECK(answer["total"] == 3);
  REQUIRE(fixture.memory().asked.size() == 1);
}

TEST_CASE("texts that are written without spaces are found by their parts", "[search]") {
  Fixture fixture({event("retry", "pr:acme/web#1",
                         "\u518D\u8A66\u884C\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9\u5BFE\u5FDC"),
                   event("index", "pr:acme/web#2", "\u691C\u7D22\u306E\u4FEE\u6B63"),
                   event("thai", "pr:acme/web#3",
                         "\u0E2D\u0E31\u0E1B\u0E42\u0E2B\u0E25\u0E14\u0E44\u0E1F\u0E25\u0E4C")});
  CHECK(Fixture::ids(fixture.ask("\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9")) == "retry ");
  CHECK(Fixture::ids(fixture.ask("\u30A2\u30C3\u30D7\u30ED\u30FC\u30C9\u306E\u5931\u6557")) ==
        "retry ");
  CHECK(Fixture::ids(fixture.ask("\u691C\u7D22")) == "index ");
  CHECK(Fixture::ids(fixture.ask("\u0E44\u0E1F\u0E25\u0E4C")) == "thai ");
}

TEST_CASE("what is local is told as it is here, however it was found", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 150; ++i)
    events.push_back(event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i),
                           "uploads " + std::string(static_cast<std::size_t>(i), 'x')));
  events.push_back(event("other", "pr:acme/web#900", "Words of its own"));
  Fixture fixture(events);
  const auto remembered = [](const std::string& id, double score) {
    return contract::SearchResult{
        .id = id, .title = "as it was", .snippet = "", .score = score, .source = "x", .type = "y"};
  };
  fixture.memory().says =
      recalled({remembered("other", 9), remembered("e0", 8), remembered("e149", 7)});
  const auto answer = fixture.ask({{"query", "uploads"}, {"limit", 100}});
  CHECK(answer["total"] == 151);
  std::size_t both = 0;
  for (const auto& result : answer["results"]) {
    CHECK(result["title"] != "as it was");
    if (result["tier"] == "both") ++both;
  }
  CHECK(both == 3);
}

TEST_CASE("the total is what can be paged through", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  fixture.memory().says.answer.total = 30;
  CHECK(fixture.ask("uploads")["total"] == 32);
  fixture.memory().says.answer.total = 1'000'000;
  CHECK(fixture.ask("uploads")["total"] == 102);
  fixture.memory().says.answer.total = -5;
  CHECK(fixture.ask("uploads")["total"] == 3);
}

TEST_CASE("a memory that fails is said, and the local answer is given", "[search]") {
  Fixture fixture(some_events());
  for (const auto state : {TierState::Timeout, TierState::Error, TierState::Open}) {
    fixture.memory().says = {.answer = {}, .report = {.state = state, .why = "because"}};
    const auto answer = fixture.ask("uploads");
    CHECK(answer["results"].size() == 2);
    CHECK(answer["partial"] == true);
    CHECK(answer["tiers"]["memory"]["state"] == contract::state_text(state));
    CHECK(answer["tiers"]["memory"]["why"] == "because");
  }
  fixture.memory().says = {.answer = {},
                           .report = {.state = TierState::Cached, .age = std::chrono::seconds(9)}};
  const auto cached = fixture.ask("uploads");
  CHECK(cached["partial"] == false);
  CHECK(cached["tiers"]["memory"]["ageSeconds"] == 9);
}

TEST_CASE("without a store long-term memory answers, without either nothing does", "[search]") {
  Fixture fixture({});
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  CHECK(Fixture::ids(fixture.ask("open pull requests")) == "x ");
  fixture.without_memory();
  const auto nothing = fixture.ask("anything");
  CHECK(nothing["results"].empty());
  CHECK(nothing["tiers"]["memory"]["state"] == "off");
  CHECK_THAT(nothing["tiers"]["store"]["why"].get<std::string>(), Catch::Contains("store"));
}

TEST_CASE("a store that is damaged is said, and long-term memory still answers", "[search]") {
  Fixture fixture(some_events());
  std::ofstream(fixture.file(), std::ios::trunc) << std::string(9000, 'x');
  fixture.memory().says =
      recalled({{.id = "x", .title = "X", .snippet = "", .score = 1, .source = "s", .type = "t"}});
  const auto answer = fixture.ask("uploads");
  CHECK(Fixture::ids(answer) == "x ");
  CHECK(answer["tiers"]["store"]["state"] == "error");
  CHECK(answer["partial"] == true);
}

TEST_CASE("an answer of ten results stays below 16 KiB, whatever the texts hold", "[search]") {
  std::vector<store::Event> events;
  for (int i = 0; i < 20; ++i) {
    auto each = event("e" + std::to_string(i), "pr:acme/web#" + std::to_string(i),
                      "uploads \x01\"\\" + std::string(900, '"'));
    each.body = std::string(60'000, '\\') + " uploads";
    each.url = "https://github.test/" + std::string(2000, 'u');
    events.push_back(std::move(each));
  }
  Fixture fixture(events);
  fixture.memory().says = recalled({{.id = "x",
                                     .title = std::string(9000, '"'),
                                     .snippet = std::string(9000, '\\'),
                                     .score = 1,
                                     .source = "s",
                                     .type = "t",
                                     .reason = std::string(5000, '"')}});
  const auto answer = fixture.ask("uploads");
  CHECK(answer["results"].size() == 10);
  CHECK(answer.dump().size() < 16'384);
}

TEST_CASE("no question breaks the query language", "[search]") {
  Fixture fixture(some_events());
  for (const auto* query :
       {"\"", "a\"b", "NEAR(a b)", "OR", "title:x", "^a*", "-a", "((", "{a b}:c", "'; DROP TABLE",
        "\xF0\x9F\x98\x80", "%", "*", "a AND", "#", "@", "pr:", "https://", ":::"}) {
    CAPTURE(query);
    CHECK(fixture.ask(query)["tiers"]["store"]["state"] == "ok");
  }
}

TEST_CASE("a time that is none is refused by its name", "[search]") {
  Fixture fixture(some_events());
  store::Readers readers(fixture.file());
  const auto handler = make_search_handler(readers, nullptr);
  const auto refused = handler({{"query", "x"}, {"after", "yesterday"}}, {});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().kind == ErrorKind::InvalidArgument);
  CHECK(refused.error().field == "after");
}

contract::SearchResult remembered(const std::string& id, const std::string& title) {
  return {.id = id,
          .title = title,
          .snippet = title,
          .score = 0.9,
          .source = "wiki",
          .type = "document",
          .tier = contract::Tier::Memory};
}

TEST_CASE("a local result of one word comes behind what long-term memory has", "[search]") {
  Fixture fixture(some_events());
  fixture.memory().says = recalled({remembered("zebra", "Zebra outage of the uploads")});
  CHECK(Fixture::ids(fixture.ask("how did we handle the zebra outage of uploads")) ==
        "zebra docs retry ");
  const auto answer = fixture.ask("how did we retry failed uploads");
  CHECK(answer["results"][0]["id"] == "retry");
}

TEST_CASE("what has no title is called by its entity's", "[search]") {
  auto events = some_events();
  events.push_back(event("silent", "pr:acme/web#1", "", "2026-03-04"));
  events.push_back(event("nameless", "pr:acme/web#9", "", "2026-03-05"));
  Fixture fixture(events);
  CHECK(fixture.ask("acme/web#1")["results"][0]["title"] == "Retry failed uploads");
  CHECK(fixture.ask("acme/web#9")["results"][0]["title"] == "pr:acme/web#9");
}

}  // namespace
}  // namespace lightfast::search
