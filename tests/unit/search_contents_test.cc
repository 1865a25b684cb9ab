#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tools/search/contents.h"

namespace lightfast::search {
namespace {

// Has what it is given.
class FakeLongTerm final : public memory::LongTerm {
 public:
  explicit FakeLongTerm(std::vector<memory::Content> items) : items_(std::move(items)) {}

  std::unique_ptr<memory::Recall> ask(const contract::SearchRequest&,
                                      std::chrono::steady_clock::time_point,
                                      std::stop_token) override {
    return nullptr;
  }
  memory::Fetched contents(const std::vector<std::string>&, std::size_t,
                           std::chrono::steady_clock::time_point, std::stop_token) override {
    return {.items = items_, .report = {.state = contract::TierState::Ok}};
  }

 private:
  std::vector<memory::Content> items_;
};

memory::Content content(const std::string& id, std::string text, Json metadata = Json::object()) {
  memory::Content content{.event = {}, .text = std::move(text), .metadata = std::move(metadata)};
  content.whole = content.text.size();
  content.event.id = id;
  content.event.title = "a title";
  return content;
}

Json contents_of(std::vector<memory::Content> items, std::size_t most, std::size_t offset = 0) {
  FakeLongTerm memory(std::move(items));
  const auto local = [](const Json& input, const contract::CallContext&) -> Result<Json> {
    return Json{{"items", Json::array()}, {"missing", input["ids"]}, {"requestId", "1"}};
  };
  const auto answer = with_long_term(local, &memory)(
      {{"ids", {"a", "b"}}, {"maxBytes", most}, {"offset", offset}}, contract::CallContext{});
  if (!answer) FAIL(answer.error().message);
  return *answer;
}

TEST_CASE("what memory has is within the size that was asked for", "[search]") {
  const Json metadata = {{"note", std::string(9'000, 'm')}};
  for (const std::size_t most : {2'000, 8'000, 14'000, 40'000}) {
    const auto answer = contents_of(
        {content("a", std::string(50'000, '"'), metadata), content("b", "short", metadata)}, most);
    INFO(most);
    CHECK(answer["items"].dump().size() <= most);
    CHECK(answer["items"][0]["content"].get<std::string>().size() > most / 8);
    CHECK(answer["items"].size() + answer.value("omitted", Json::array()).size() == 2);
  }
}

TEST_CASE("metadata is there when it leaves room for the text, else its size", "[search]") {
  const Json metadata = {{"note", std::string(9'000, 'm')}};
  CHECK(contents_of({content("a", "text", metadata)}, 40'000)["items"][0]["metadata"] == metadata);
  CHECK(contents_of({content("a", "text", metadata)}, 8'000)["items"][0]["metadata"]["leftOut"] ==
        "9011 bytes");
}

TEST_CASE("a long text of memory's is read in parts, and nothing is lost", "[search]") {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += std::to_string(i) + "\n\xC3\xA4";
  std::string read;
  while (read.size() < text.size()) {
    const auto answer = contents_of({content("a", text)}, 2'000, read.size());
    const auto part = answer["items"][0]["content"].get<std::string>();
    REQUIRE(!part.empty());
    read += part;
  }
  CHECK(read == text);
}

TEST_CASE("control characters of memory's are made visible, and bytes are those of its text",
          "[search]") {
  const std::string text = std::string(900, '\x1b') + "end";
  std::string read;
  for (std::size_t offset = 0; offset < text.size();) {
    const auto item = contents_of({content("a", text)}, 1'100, offset)["items"][0];
    const auto part = item["content"].get<std::string>();
    REQUIRE(!part.empty());
    read += part;
    const auto cut = item["cut"].get<std::string>();
    offset = std::stoul(cut.substr(cut.find(" to ") + 4));
  }
  std::string expected;
  for (int i = 0; i < 900; ++i) expected += "\\x1B";
  CHECK(read == expected + "end");
}

TEST_CASE("what memory gives in parts is read on, to its end", "[search]") {
  auto part = content("a", "the end");
  part.begin = 5'000;
  part.whole = 5'007;
  const auto answer = contents_of({part}, 2'000, 5'004);
  CHECK(answer["items"][0]["content"] == "end");
  CHECK(answer["items"][0]["cut"] == "bytes 5004 to 5007 of 5007");
  part.begin = 0;
  const auto begun = contents_of({part}, 2'000)["items"][0];
  CHECK(begun["content"] == "the end");
  CHECK(begun["cut"] == "bytes 0 to 7 of 5007; for the rest ask for this id alone with offset 7");
}

TEST_CASE("what the store has leaves room for what memory has", "[search]") {
  FakeLongTerm memory({content("b", std::string(20'000, 'm'))});
  const auto local = [](const Json& input, const contract::CallContext&) -> Result<Json> {
    const auto most = input["maxBytes"].get<std::size_t>();
    return Json{{"items", {{{"id", "a"}, {"content", std::string(most - 100, 's')}}}},
                {"missing", {"b"}},
                {"requestId", "1"}};
  };
  const auto answer = with_long_term(local, &memory)(
      {{"ids", {"a", "b"}}, {"maxBytes", 10'000}, {"offset", 0}}, contract::CallContext{});
  REQUIRE(answer);
  CHECK((*answer)["items"].size() == 2);
  CHECK((*answer)["items"].dump().size() <= 10'000);
  CHECK((*answer)["items"][1]["content"].get<std::string>().size() > 3'000);
}

}  // namespace
}  // namespace lightfast::search
