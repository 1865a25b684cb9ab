// A store and a long-term memory to be searched.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/schema.h"
#include "contract/search.h"
#include "tests/unit/temp_directory.h"
#include "tools/search/search.h"
#include "tools/store/store.h"

namespace lightfast::search::test {

using contract::TierState;
using lightfast::test::TempDirectory;

inline const Moment kNow = parse_moment("2026-03-10T12:00:00Z").value();

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

inline memory::Recalled recalled(std::vector<contract::SearchResult> results) {
  const auto count = static_cast<std::int64_t>(results.size());
  return {.answer = {.results = std::move(results), .total = count, .store = {}, .memory = {}},
          .report = {.state = TierState::Ok, .count = count}};
}

inline store::Event event(const std::string& id, const std::string& subject,
                          const std::string& title, const std::string& at = "2026-03-01",
                          const Json& attributes = Json::object()) {
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

inline std::vector<store::Event> some_events() {
  return {event("retry", "pr:acme/web#1", "Retry failed uploads", "2026-03-01",
                {{"state", "open"}, {"title", "Retry failed uploads"}}),
          event("cache", "pr:acme/web#2", "Cache thumbnails", "2026-03-02", {{"state", "merged"}}),
          event("docs", "pr:acme/docs#1", "Describe uploads", "2026-03-03", {{"state", "open"}}),
          event("live", "deployment:77", "web to production", "2026-03-09")};
}

}  // namespace lightfast::search::test
