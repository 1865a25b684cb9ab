#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/unit/temp_directory.h"
#include "tools/documents/store.h"

namespace lightfast::documents {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::string>;

Document document(const std::string& id, const std::string& title, const std::string& body) {
  return {.id = id, .source = "wiki", .type = "page", .title = title, .body = body};
}

// A memory on disk.
class Memory {
 public:
  explicit Memory(const Embedder* embedder = nullptr) : embedder_(embedder) {
    auto opened = Writer::open(file(), embedder);
    REQUIRE(opened.has_value());
    writer_.emplace(*std::move(opened));
    store_.emplace(Store::open(file(), embedder).value());
  }

  Writer::Added add(const std::vector<Document>& documents) {
    const auto added = writer_->add(documents, Moment(1s));
    REQUIRE(added.has_value());
    return *added;
  }

  contract::SearchAnswer search(const contract::SearchRequest& request,
                                std::chrono::milliseconds time = 60s) {
    auto answer = store_->search(
        request, {.deadline = std::chrono::steady_clock::now() + time, .cancelled = {}});
    REQUIRE(answer.has_value());
    return *std::move(answer);
  }

  Ids ids(const contract::SearchRequest& request) {
    Ids ids;
    for (const auto& result : search(request).results) ids.push_back(result.id);
    return ids;
  }

  // Whether the indexes have exactly the words that the pieces have.
  void check_indexes() {
    auto database =
        Database::open(file(), {.application_id = 0x4C466D65, .version = 1, .schema = ""});
    REQUIRE(database.has_value());
    CHECK(
        database->run("INSERT INTO chunks_text (chunks_text, rank) VALUES ('integrity-check', 1);"
                      "INSERT INTO chunks_names (chunks_names, rank) VALUES"
                      " ('integrity-check', 1);"));
  }

  std::int64_t number(const char* sql) {
    auto database =
        Database::open(file(), {.application_id = 0x4C466D65, .version = 1, .schema = ""});
    std::int64_t found = -1;
    auto statement = database->prepare(sql);
    REQUIRE(statement->run({}, [&found](const SqlRow& row) { found = row.number(0); }));
    return found;
  }

  [[nodiscard]] std::filesystem::path file() const { return here_ / "memory.db"; }
  Writer& writer() { return *writer_; }
  Store& store() { return *store_; }

 private:
  test::TempDirectory here_;
  const Embedder* embedder_;
  std::optional<Writer> writer_;
  std::optional<Store> store_;
};

std::string long_text(const std::string& word) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "A sentence that says nothing. ";
  return text + "Here is " + word + ". " + text;
}

TEST_CASE("what was added is found by its words and told as it was", "[documents]") {
  Memory memory;
  auto page = document("wiki/1", "How we retry uploads", "After a 503 the client waits.");
  page.url = "https://acme.test/1";
  page.subject = "page:1";
  page.occurred_at = parse_moment("2024-03-01T12:00:00Z");
  page.metadata = {{"author", "mia"}};
  memory.add({page, document("wiki/2", "Lunch", "Pasta on Friday.")});

  const auto answer = memory.search({.query = "retry an upload"});
  REQUIRE(answer.results.size() == 1);
  const auto& result = answer.results.front();
  CHECK(result.id == "wiki/1");
  CHECK(result.title == page.title);
  CHECK(result.snippet == page.body);
  CHECK(result.source == "wiki");
  CHECK(result.type == "page");
  CHECK(result.url == page.url);
  CHECK(result.subject == page.subject);
  CHECK(result.occurred_at == page.occurred_at);
  CHECK(result.tier == contract::Tier::Memory);
  CHECK(result.reason == "words: retry, upload");
  CHECK(answer.total == 1);
  CHECK_FALSE(answer.partial);
  CHECK(answer.memory.state == contract::TierState::Ok);
  CHECK(answer.store.state == contract::TierState::Off);
  CHECK(memory.store().find({"wiki/1", "gone", "wiki/1"}).value() == std::vector{page});
}

TEST_CASE("a long document is one result, by its best piece, and stays whole", "[documents]") {
  Memory memory;
  const auto page = document("a", "Of sentences", long_text("the zebra"));
  memory.add({page, document("b", "Lunch", "Pasta.")});
  CHECK(memory.number("SELECT count(*) FROM chunks WHERE document = 1") > 10);
  const auto answer = memory.search({.query = "zebra sentence"});
  CHECK(answer.total == 1);
  REQUIRE(answer.results.size() == 1);
  CHECK(answer.results.front().id == "a");
  CHECK(answer.results.front().snippet.find("Here is the zebra") != std::string::npos);
  CHECK(memory.store().find({"a"}).value() == std::vector{page});
}

TEST_CASE("a long document does not take the places of others", "[documents]") {
  Memory memory;
  std::string handbook;
  for (int i = 0; i < 300; ++i)
    handbook += long_text("page " + std::to_string(i)).substr(0, 1'200) + "\n\n";
  memory.add({document("long", "Handbook", handbook),
              document("short", "The handbook of guests", "Rooms.")});
  const auto answer = memory.search({.query = "handbook"});
  REQUIRE(answer.results.size() == 2);
  CHECK(answer.results[1].score > 0.1);
}

TEST_CASE("the newest document of one id takes the place of those before", "[documents]") {
  Memory memory;
  CHECK(memory.add({document("a", "Old", long_text("aardvark")), document("b", "Other", "b")})
            .replaced == 0);
  const auto added = memory.add({document("a", "New parse_url", "zebra")});
  CHECK(added.accepted == 1);
  CHECK(added.replaced == 1);
  CHECK(memory.ids({.query = "zebra"}) == Ids{"a"});
  CHECK(memory.ids({.query = "aardvark"}).empty());
  CHECK(memory.ids({.query = "old"}).empty());
  CHECK(memory.ids({.query = "sentence"}).empty());
  CHECK(memory.store().count().value() == 2);
  memory.check_indexes();
  memory.add({document("a", "Long again", long_text("heron"))});
  CHECK(memory.ids({.query = "heron"}) == Ids{"a"});
  CHECK(memory.ids({.query = "parse_url"}).empty());
  memory.check_indexes();
}

TEST_CASE("of two with one id in one request the last counts", "[documents]") {
  Memory memory;
  const auto added = memory.add({document("a", "One", "first"), document("a", "Two", "second")});
  CHECK(added.accepted == 2);
  CHECK(added.replaced == 1);
  CHECK(memory.ids({.query = "second"}) == Ids{"a"});
  CHECK(memory.ids({.query = "first"}).empty());
}

TEST_CASE("a document that changes often leaves no holes among the pieces", "[documents]") {
  Memory memory;
  memory.add({document("a", "A", "one"), document("b", "B", "two")});
  for (int i = 0; i < 20; ++i) memory.add({document("a", "A", "one more")});
  CHECK(memory.number("SELECT max(id) FROM chunks") == 2);
}

TEST_CASE("what was removed is not found", "[documents]") {
  Memory memory;
  memory.add({document("a", "A", long_text("zebra")), document("b", "B", "zebra")});
  CHECK(memory.writer().remove(Ids{"a", "gone"}).value() == 1);
  CHECK(memory.ids({.query = "zebra"}) == Ids{"b"});
  CHECK(memory.store().find({"a"}).value().empty());
  memory.check_indexes();
}

TEST_CASE("filters choose by source, type, subject and time", "[documents]") {
  Memory memory;
  auto old = document("old", "Zebra", "");
  old.occurred_at = parse_moment("2020-01-01");
  auto merged = document("merged", "Zebra", "");
  merged.source = "github";
  merged.type = "pull_request.merged";
  merged.subject = "pr:1";
  merged.occurred_at = parse_moment("2026-01-01");
  memory.add({old, merged, document("timeless", "Zebra", "")});
  const auto all = memory.search({.query = "zebra"});
  CHECK(all.total == 3);
  CHECK(memory.ids({.query = "zebra", .sources = {"github"}}) == Ids{"merged"});
  CHECK(memory.ids({.query = "zebra", .types = {"pull_request"}}) == Ids{"merged"});
  CHECK(memory.ids({.query = "zebra", .types = {"pr"}}) == Ids{"merged"});
  CHECK(memory.ids({.query = "zebra", .after = parse_moment("2025-01-01")}) == Ids{"merged"});
  CHECK(memory.ids({.query = "zebra", .before = parse_moment("2025-01-01")}) == Ids{"old"});
  CHECK(memory.search({.query = "zebra", .sources = {"github"}}).total == 1);
}

TEST_CASE("pages follow each other without gap or repetition", "[documents]") {
  Memory memory;
  std::vector<Document> many;
  many.reserve(130);
  for (int i = 0; i < 130; ++i)
    many.push_back(document("d" + std::to_string(i), "Zebra " + std::to_string(i), "zebra"));
  memory.add(many);
  Ids seen;
  for (int offset = 0; offset < 140; offset += 7) {
    const auto answer = memory.search({.query = "zebra", .limit = 7, .offset = offset});
    CHECK(answer.total == 130);
    for (const auto& result : answer.results) seen.push_back(result.id);
  }
  CHECK(seen.size() == 130);
  std::ranges::sort(seen);
  CHECK(std::ranges::adjacent_find(seen) == seen.end());
}

TEST_CASE("when the time is over the answer says so", "[documents]") {
  Memory memory;
  memory.add({document("a", "Zebra", "zebra")});
  const auto answer = memory.search({.query = "zebra"}, 0ms);
  CHECK(answer.partial);
  CHECK(answer.memory.state == contract::TierState::Timeout);
}

TEST_CASE("parts of names are found, and odd queries find nothing", "[documents]") {
  Memory memory;
  memory.add({document("a", "Of uploads", "See retry_uploads_quickly in src/upload.cc.")});
  CHECK(memory.ids({.query = "ploads_quick"}) == Ids{"a"});
  for (const auto* query : {"\"", "*", "title:zebra", "NEAR(", "\u6f22", "the", "-- ;"})
    CHECK(memory.ids({.query = query}).empty());
}

TEST_CASE("texts and ids of any characters are kept as they are", "[documents]") {
  Memory memory;
  auto odd = document("../\u6f22\U0001F600 '\";--", std::string("z\0ebra", 6),
                      std::string("horse\0zebra \u6f22\u5b57", 18));
  odd.id += '\0';
  odd.metadata = {{"\u00e4", "\n"}};
  memory.add({odd});
  CHECK(memory.store().find({odd.id}).value() == std::vector{odd});
  CHECK(memory.ids({.query = "\u6f22\u5b57"}) == Ids{odd.id});
  memory.check_indexes();
}

TEST_CASE("a file has large pages and a write-ahead log from the first on", "[documents]") {
  Memory memory;
  CHECK(memory.number("PRAGMA page_size") == 8192);
  CHECK(std::filesystem::exists(memory.file().string() + "-wal"));
}

TEST_CASE("what another program made is left alone", "[documents]") {
  test::TempDirectory here;
  const auto text = here.with_file("text.db", std::string(5'000, 'x'));
  const auto opened = Writer::open(text);
  REQUIRE_FALSE(opened.has_value());
  CHECK(opened.error().kind == ErrorKind::Corrupt);
  CHECK(test::content_of(text) == std::string(5'000, 'x'));
  CHECK(Store::open(here / "none.db").error().kind == ErrorKind::NotFound);
  {
    auto theirs =
        Database::open(here / "theirs.db", {.application_id = 7, .version = 1, .schema = ""});
    REQUIRE(theirs->run("PRAGMA journal_mode = DELETE; CREATE TABLE t (x);"));
  }
  const auto before = test::content_of(here / "theirs.db");
  CHECK(Writer::open(here / "theirs.db").error().kind == ErrorKind::Corrupt);
  CHECK(Store::open(here / "theirs.db").error().kind == ErrorKind::Corrupt);
  CHECK(test::content_of(here / "theirs.db") == before);
}

// Meaning as a child has it: what is about animals, what is about food.
class Toy final : public Embedder {
 public:
  explicit Toy(std::string model = "toy") : model_(std::move(model)) {}
  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] Result<std::vector<Vector>> embed(
      std::span<const std::string_view> texts) const override {
    std::vector<Vector> vectors;
    for (const auto text : texts)
      vectors.push_back(
          {about(text, {"zebra", "horse", "stripes"}), about(text, {"pasta", "lunch"})});
    return vectors;
  }

 private:
  static float about(std::string_view text, std::initializer_list<std::string_view> words) {
    return static_cast<float>(std::ranges::count_if(
        words, [text](auto word) { return text.find(word) != std::string_view::npos; }));
  }
  std::string model_;
};

TEST_CASE("with an embedder, what is alike in meaning is found without a word", "[documents]") {
  const Toy toy;
  Memory memory(&toy);
  memory.add({document("animal", "In the zoo", "a zebra"),
              document("food", "At noon", "some pasta"),
              document("both", "In the zoo", "a zebra eats pasta")});
  const auto answer = memory.search({.query = "stripes"});
  CHECK(answer.total == 2);
  REQUIRE(answer.results.size() == 2);
  CHECK(answer.results[0].id == "animal");
  CHECK(answer.results[0].score == Approx(0.5));
  CHECK(answer.results[0].reason == "alike in meaning");
  CHECK(answer.results[1].id == "both");
}

TEST_CASE("meaning and words count together, and filters hold for both", "[documents]") {
  const Toy toy;
  Memory memory(&toy);
  auto elsewhere = document("elsewhere", "A horse", "horse");
  elsewhere.source = "chat";
  memory.add({document("words", "The noon report", "noon report of a lunch"),
              document("meaning", "noon report", "a zebra"), elsewhere});
  CHECK(memory.ids({.query = "noon report on horse"}).front() == "elsewhere");
  const auto answer = memory.search({.query = "noon report on horse", .sources = {"wiki"}});
  REQUIRE(answer.results.size() == 2);
  CHECK(answer.results[0].id == "meaning");
  CHECK(answer.results[0].reason == "words: noon, report");
}

TEST_CASE("vectors go with their pieces, and those of another model are not compared",
          "[documents]") {
  const Toy toy;
  Memory memory(&toy);
  memory.add({document("a", "In the zoo", long_text("zebra"))});
  CHECK(memory.number("SELECT count(*) FROM vectors") ==
        memory.number("SELECT count(*) FROM chunks"));
  memory.add({document("a", "In the zoo", "zebra")});
  CHECK(memory.number("SELECT count(*) FROM vectors") == 1);
  const Toy other("another");
  auto store = Store::open(memory.file(), &other).value();
  const auto answer = store.search(
      {.query = "stripes"}, {.deadline = std::chrono::steady_clock::now() + 60s, .cancelled = {}});
  CHECK(answer.value().total == 0);
  CHECK(memory.writer().remove(Ids{"a"}).value() == 1);
  CHECK(memory.number("SELECT count(*) FROM vectors") == 0);
}

}  // namespace
}  // namespace lightfast::documents
